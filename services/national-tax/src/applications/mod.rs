//! What can be filed, one kind a file.

mod deferral_or_instalment;
mod disaster_loss_declaration;

use deferral_or_instalment::DeferralOrInstalment;
pub(crate) use disaster_loss_declaration::DisasterLossDeclaration;

capability::applications![DisasterLossDeclaration, DeferralOrInstalment];
