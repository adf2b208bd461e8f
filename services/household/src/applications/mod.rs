//! What can be filed, one kind a file.

mod household_transcript;
mod id_loss_report;
mod temporary_identity_proof;

use capability::{Form, Kind};
use utoipa_actix_web::service_config::ServiceConfig;

use household_transcript::HouseholdTranscript;
use id_loss_report::IdLossReport;
use temporary_identity_proof::TemporaryIdentityProof;

pub(crate) const KINDS: &[Kind] = &[
    IdLossReport::KIND,
    TemporaryIdentityProof::KIND,
    HouseholdTranscript::KIND,
];

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config
        .service(id_loss_report::file_id_loss_report)
        .service(temporary_identity_proof::file_temporary_identity_proof)
        .service(household_transcript::file_household_transcript);
}
