//! The ways to a token; one file each.

pub(crate) mod client_credentials;
pub(crate) mod refresh;
pub(crate) mod registry_facts;

use crate::measures;
use crate::oauth::Refusal;
use crate::random::NoRandomness;
use crate::store::StoreFault;

impl From<StoreFault> for Refusal {
    fn from(_: StoreFault) -> Self {
        // Without the cause: a driver's words may quote values.
        tracing::error!("identity's store failed");
        measures::store_failures(1);
        Self::Unavailable(2)
    }
}

impl From<NoRandomness> for Refusal {
    fn from(fault: NoRandomness) -> Self {
        tracing::error!(%fault, "nothing can be issued");
        Self::Unavailable(5)
    }
}
