//! The questions, one file each.

pub(crate) mod bills;
mod house_tax_relief;
mod land_tax_relief;
mod own_bill;
mod own_bills;
mod own_houses;
mod own_summary;
mod taxpayer_bills;
mod vehicle_tax_relief;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(own_summary::own_local_taxes)
        .service(own_bills::own_bills)
        .service(own_bill::own_bill)
        .service(own_houses::own_houses)
        .service(taxpayer_bills::taxpayer_bills)
        .service(house_tax_relief::estimate_house_tax_relief)
        .service(land_tax_relief::estimate_land_tax_relief)
        .service(vehicle_tax_relief::estimate_vehicle_tax_relief);
}
