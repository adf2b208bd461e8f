//! The ceremony: makes a master key, splits it, proves the shares, and forgets it. It needs no network.

use std::path::Path;

use chrono::{DateTime, Utc};
use zeroize::Zeroizing;

use super::files::{Fresh, WriteFault, write_new};
use super::hpke::{HpkeFault, PublicKey};
use super::master::{MasterPublic, MasterSecret, share_commitment};
use super::page;
use super::shamir::{SharingFault, join, split};
use super::share::{CustodianShare, ShareFault};
use crate::object::{Ceremony, NoRandomness, ObjectFault, random};

/// What a ceremony makes; the master key itself is gone.
#[derive(Debug)]
pub struct NewMaster {
    /// For everybody.
    pub master: MasterPublic,
    /// One for each custodian, in order.
    pub shares: Vec<CustodianShare>,
}

/// A ceremony that made nothing.
#[derive(Debug, thiserror::Error)]
pub enum CeremonyFault {
    /// There is no randomness.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
    /// Threshold and number of custodians do not fit.
    #[error(transparent)]
    Sharing(#[from] SharingFault),
    /// The library refused.
    #[error(transparent)]
    Hpke(#[from] HpkeFault),
    /// A file could not be made.
    #[error(transparent)]
    Object(#[from] ObjectFault),
    /// A share could not be made.
    #[error(transparent)]
    Share(#[from] ShareFault),
    /// The shares, put together again, gave another key: the machine is not to be trusted.
    #[error("the shares did not give back the key: do not use this machine")]
    NotProven,
    /// A page could not be drawn.
    #[error("the page of a custodian cannot be drawn: {0}")]
    Page(String),
    /// The files could not be written.
    #[error(transparent)]
    Write(#[from] WriteFault),
}

/// Holds a ceremony.
///
/// # Errors
/// When there is no randomness, or not 2 ≤ threshold ≤ custodians.
pub fn hold(
    threshold: u8,
    custodians: u8,
    created: DateTime<Utc>,
) -> Result<NewMaster, CeremonyFault> {
    let seed = MasterSecret::from_bytes(Zeroizing::new(random()?));
    let shares = split(seed.expose(), threshold, custodians)?;
    let new = assemble(&seed, Ceremony::generate()?, threshold, created, shares)?;
    prove(&new)?;
    Ok(new)
}

pub(super) fn assemble(
    seed: &MasterSecret,
    ceremony: Ceremony,
    threshold: u8,
    created: DateTime<Utc>,
    shares: Vec<Zeroizing<[u8; 32]>>,
) -> Result<NewMaster, CeremonyFault> {
    let commitments = shares
        .iter()
        .zip(1u8..)
        .map(|(share, i)| share_commitment(ceremony, i, share))
        .collect();
    let public_key = PublicKey::of_seed(seed.expose())?;
    let master = MasterPublic::new(ceremony, created, threshold, public_key, commitments)?;
    let shares = shares
        .into_iter()
        .zip(1u8..)
        .map(|(share, i)| CustodianShare::new(&master, i, share))
        .collect::<Result<_, _>>()?;
    Ok(NewMaster { master, shares })
}

/// Every share, with its neighbours, gives the key back, also after a trip through its file and its words.
fn prove(new: &NewMaster) -> Result<(), CeremonyFault> {
    let mut read = Vec::with_capacity(new.shares.len());
    for share in &new.shares {
        let from_file = CustodianShare::from_bytes(&share.to_bytes()?)?;
        let i = share.custodian();
        let from_words = CustodianShare::from_words(&new.master, i, &share.words()?)?;
        if from_file.secret() != from_words.secret() {
            return Err(CeremonyFault::NotProven);
        }
        read.push((i, from_file.secret().clone()));
    }
    for shares in read.windows(usize::from(new.master.threshold)) {
        let seed = MasterSecret::from_bytes(join(new.master.threshold, shares)?);
        if !new.master.belongs(&seed)? {
            return Err(CeremonyFault::NotProven);
        }
    }
    Ok(())
}

impl NewMaster {
    /// Writes `master.pub`, and for each custodian `custodian-i.share` and `custodian-i.html`, into `folder`: all or none.
    /// The shares and pages can be read by their owner only.
    ///
    /// # Errors
    /// When one of the files is there already, or they cannot be written.
    pub fn write(&self, folder: &Path) -> Result<(), CeremonyFault> {
        let mut files = Vec::new();
        for share in &self.shares {
            let i = share.custodian();
            let bytes = share.to_bytes()?;
            let page = page::of(&self.master, share)?;
            files.push(Fresh::secret(format!("custodian-{i}.share"), bytes));
            files.push(Fresh::secret(format!("custodian-{i}.html"), page));
        }
        // Last: without it the others are of no use to anyone.
        files.push(Fresh::public("master.pub", self.master.to_bytes()?));
        Ok(write_new(folder, &files)?)
    }
}
