//! What can be filed, one kind a file.

mod household_transcript;
mod id_loss_report;
mod temporary_identity_proof;

use household_transcript::HouseholdTranscript;
pub(crate) use id_loss_report::IdLossReport;
use temporary_identity_proof::TemporaryIdentityProof;

capability::applications![IdLossReport, TemporaryIdentityProof, HouseholdTranscript];
