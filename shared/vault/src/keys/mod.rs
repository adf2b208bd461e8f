//! Master key, custodians' shares, sessions, and the HPKE construction under all of them.

pub mod ceremony;
mod contribution;
mod custodians;
mod epoch;
mod files;
mod generation;
mod hpke;
mod master;
mod page;
mod session;
mod shamir;
mod share;

#[cfg(test)]
mod tests;

pub use contribution::{Contribution, ContributionFault};
pub use custodians::{Census, CustodianFile, Custodians, CustodiansFault, Finding, Found};
pub use epoch::{EpochFault, EpochParts, EpochSecret, EpochShare, epoch_share_commitment};
pub use files::{Fresh, WriteFault, write_new};
pub use generation::{GenerationPublic, GenerationSecret, KeyringFault};
pub use hpke::{Encapsulation, HpkeFault, PublicKey};
pub use master::{MasterPublic, MasterSecret};
pub use session::{SessionFault, SessionKey, SessionPublic, SessionSecret, open_session};
pub use shamir::SharingFault;
pub use share::{CustodianShare, ShareFault};
