//! The questions, one file each.

mod driver;
mod driver_by_id;
mod own_licences;
mod own_summary;
mod own_vehicles;
mod roadside_check;
mod tickets;
mod vehicle;
mod vehicle_by_plate;
mod violations;

capability::lookups![
    own_summary::own_summary,
    own_vehicles::own_vehicles,
    own_licences::own_licences,
    violations::own_violations,
    vehicle_by_plate::vehicle_by_plate,
    driver_by_id::driver_by_id,
    violations::violations_of_driver,
    roadside_check::roadside_check,
];
