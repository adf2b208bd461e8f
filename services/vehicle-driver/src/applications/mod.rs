//! What can be filed, one kind a file.

mod licence_reissue;
mod vehicle_loss_or_scrap;

use capability::{Form, Kind};
use utoipa_actix_web::service_config::ServiceConfig;

use licence_reissue::LicenceReissue;
use vehicle_loss_or_scrap::VehicleLossOrScrap;

pub(crate) const KINDS: &[Kind] = &[VehicleLossOrScrap::KIND, LicenceReissue::KIND];

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(vehicle_loss_or_scrap::file_vehicle_loss_or_scrap)
        .service(licence_reissue::file_licence_reissue);
}
