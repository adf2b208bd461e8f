//! The questions, one file each.

mod building_transcript;
mod own_summary;
mod own_titles;
mod parcel_transcript;
mod titles;
mod titles_of_owner;
mod transcript;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(own_summary::own_summary)
        .service(own_titles::own_titles)
        .service(parcel_transcript::parcel_transcript)
        .service(building_transcript::building_transcript)
        .service(titles_of_owner::titles_of_owner);
}
