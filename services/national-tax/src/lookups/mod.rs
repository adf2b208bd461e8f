//! The questions, one file each.

mod assessments;
mod business_by_ubn;
mod own_assessments;
mod own_payments;
mod own_refunds;
mod own_summary;
mod taxpayer_assessments;

use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(own_summary::own_taxes)
        .service(own_assessments::own_assessments)
        .service(own_refunds::own_refunds)
        .service(own_payments::own_payments)
        .service(business_by_ubn::business_by_ubn)
        .service(taxpayer_assessments::taxpayer_assessments);
}
