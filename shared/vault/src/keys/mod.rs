//! Master key, custodians' shares, sessions, and the HPKE construction under all of them.

mod epoch;
mod generation;
mod hpke;
mod master;
mod shamir;

pub use epoch::{EpochFault, EpochParts, EpochSecret, EpochShare, epoch_share_commitment};
pub use generation::{GenerationPublic, GenerationSecret, KeyringFault};
pub use hpke::{Encapsulation, HpkeFault, PublicKey};
pub use master::{MasterPublic, MasterSecret};
pub use shamir::SharingFault;
