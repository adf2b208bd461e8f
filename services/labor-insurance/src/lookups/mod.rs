//! The questions, one file each.

mod estimate_old_age;
mod estimate_sickness;
mod estimate_unemployment;
mod own_claims;
mod own_coverages;
mod own_insured_years;
mod own_summary;
pub(crate) mod person;
mod person_claims;
mod person_coverages;
mod roster;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(own_summary::own_insurance)
        .service(own_coverages::own_coverages)
        .service(own_insured_years::own_insured_years)
        .service(own_claims::own_claims)
        .service(estimate_old_age::estimate_old_age)
        .service(estimate_unemployment::estimate_unemployment)
        .service(estimate_sickness::estimate_sickness)
        .service(person_coverages::person_coverages)
        .service(person_claims::person_claims)
        .service(roster::roster);
}
