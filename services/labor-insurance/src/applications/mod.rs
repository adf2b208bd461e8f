//! What can be filed, one kind a file.

mod emergency_benefit_claim;

use capability::{Form, Kind};
use utoipa_actix_web::service_config::ServiceConfig;

pub(crate) use emergency_benefit_claim::EmergencyBenefitClaim;

pub(crate) const KINDS: &[Kind] = &[EmergencyBenefitClaim::KIND];

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(emergency_benefit_claim::file_emergency_benefit_claim);
}
