//! What can be filed, one kind a file.

mod house_tax_relief;
mod land_tax_relief;
mod own_bill;
mod vehicle_tax_relief;

use capability::{Form, Kind};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use house_tax_relief::HouseTaxRelief;
use land_tax_relief::LandTaxRelief;
use vehicle_tax_relief::VehicleTaxRelief;

pub(crate) const KINDS: &[Kind] = &[
    HouseTaxRelief::KIND,
    LandTaxRelief::KIND,
    VehicleTaxRelief::KIND,
];

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(house_tax_relief::file_house_tax_relief)
        .service(land_tax_relief::file_land_tax_relief)
        .service(vehicle_tax_relief::file_vehicle_tax_relief);
}
