//! What can be filed, one kind a file.

mod emergency_benefit_claim;

pub(crate) use emergency_benefit_claim::EmergencyBenefitClaim;

capability::applications![EmergencyBenefitClaim];
