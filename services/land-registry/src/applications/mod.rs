//! What can be filed, one kind a file.

mod title_certificate_loss;

use capability::{Form, Kind};
use utoipa_actix_web::service_config::ServiceConfig;

use title_certificate_loss::TitleCertificateLoss;

pub(crate) const KINDS: &[Kind] = &[TitleCertificateLoss::KIND];

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(title_certificate_loss::file_title_certificate_loss);
}
