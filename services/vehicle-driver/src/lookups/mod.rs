//! The questions, one file each.

mod driver;
mod driver_by_id;
mod own_licences;
mod own_summary;
mod own_vehicles;
mod own_violations;
mod roadside_check;
mod tickets;
mod vehicle;
mod vehicle_by_plate;
mod violations_of_driver;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(own_summary::own_summary)
        .service(own_vehicles::own_vehicles)
        .service(own_licences::own_licences)
        .service(own_violations::own_violations)
        .service(vehicle_by_plate::vehicle_by_plate)
        .service(driver_by_id::driver_by_id)
        .service(violations_of_driver::violations_of_driver)
        .service(roadside_check::roadside_check);
}
