//! What can be filed, one kind a file.

mod deferral_or_instalment;
mod disaster_loss_declaration;

use capability::{Form, Kind};
use utoipa_actix_web::service_config::ServiceConfig;

use deferral_or_instalment::DeferralOrInstalment;
pub(crate) use disaster_loss_declaration::DisasterLossDeclaration;

pub(crate) const KINDS: &[Kind] = &[DisasterLossDeclaration::KIND, DeferralOrInstalment::KIND];

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(disaster_loss_declaration::file_disaster_loss_declaration)
        .service(deferral_or_instalment::file_deferral_or_instalment);
}
