//! What can be filed, one kind a file.

mod licence_reissue;
mod vehicle_loss_or_scrap;

use licence_reissue::LicenceReissue;
pub(crate) use vehicle_loss_or_scrap::VehicleLossOrScrap;

capability::applications![VehicleLossOrScrap, LicenceReissue];
