//! What can be filed, one kind a file.

mod claim;
mod house_tax_relief;
mod land_tax_relief;
mod own_bill;
mod vehicle_tax_relief;

pub(crate) use house_tax_relief::HouseTaxRelief;
use land_tax_relief::LandTaxRelief;
use vehicle_tax_relief::VehicleTaxRelief;

capability::applications![HouseTaxRelief, LandTaxRelief, VehicleTaxRelief];
