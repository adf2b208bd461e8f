//! The questions, one file each.

mod arrears;
mod coverage_check;
mod covers;
mod enrolments;
mod own_card;
mod person_cover;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(person_cover::own_cover)
        .service(enrolments::own_enrolments)
        .service(own_card::own_card)
        .service(arrears::own_arrears)
        .service(person_cover::cover_of_person)
        .service(enrolments::enrolments_of_person)
        .service(arrears::arrears_of_person)
        .service(coverage_check::coverage_check);
}
