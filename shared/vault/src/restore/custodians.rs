//! The master key from custodians' files, with the words of a restore.

use super::{Refusal, RestoreError};
use crate::keys::{
    Census, CustodianFile, Custodians, CustodiansFault, MasterPublic, MasterSecret, SessionKey,
};

/// The master key of the vault from custodians' files: shares, and contributions to `session`.
///
/// # Errors
/// [`Refusal::Custodians`] when too few are good, with what is wrong with each of the others.
pub fn master_of(
    master: &MasterPublic,
    files: &[CustodianFile],
    session: Option<&SessionKey>,
) -> Result<(MasterSecret, Census), RestoreError> {
    let refused = |census: Census, more: Option<String>| {
        let bad = census
            .bad()
            .map(|one| format!("{} is {}", one.file, one.finding));
        let problems = more.into_iter().chain(bad).collect();
        Refusal::Custodians {
            need: census.threshold,
            good: u8::try_from(census.good.len()).unwrap_or(u8::MAX),
            problems,
        }
        .into()
    };
    Custodians::gather(master, files, session).map_err(|fault| match fault {
        CustodiansFault::TooFew(census) => refused(census, None),
        CustodiansFault::OtherKey(census) => {
            let said = "they do not give the master key of this vault".to_owned();
            refused(census, Some(said))
        }
        other => RestoreError::Internal(other.to_string()),
    })
}
