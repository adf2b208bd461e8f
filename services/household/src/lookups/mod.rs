//! The questions, one file each.

mod check_identity;
mod household_by_number;
mod households_at_address;
mod kin;
mod members;
mod own_household;
mod own_kin;
mod own_record;
pub(crate) mod person;
mod person_by_id;
mod person_kin;
mod persons_by_name;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(own_record::own_record)
        .service(own_household::own_household)
        .service(own_kin::own_kin)
        .service(person_by_id::person_by_id)
        .service(persons_by_name::persons_by_name)
        .service(person_kin::kin_of_person)
        .service(household_by_number::household_by_number)
        .service(households_at_address::households_at_address)
        .service(check_identity::check_identity);
}
