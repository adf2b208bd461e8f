//! A custodian's share: its file, and its words.

use bip39::{Language, Mnemonic};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::master::{MasterPublic, share_commitment};
use crate::object::primitives::sha256;
use crate::object::text::{SecretHex, from_json, hex, to_json};
use crate::object::{Ceremony, Hash32};

pub(super) const FORMAT: &str = "lifeboat-custodian-share/1";
const OBJECT: &str = "share";

/// Why a file is no share of this master key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ShareFault {
    /// It was changed, or is not such a file at all.
    #[error("corrupt: {0}")]
    Corrupt(String),
    /// It is whole, and belongs to something else.
    #[error("foreign: {0}")]
    Foreign(String),
}

/// One custodian's share of the master key, its checksum proven.
#[derive(Clone)]
pub struct CustodianShare {
    ceremony: Ceremony,
    master: Hash32,
    custodian: u8,
    threshold: u8,
    custodians: u8,
    share: Zeroizing<[u8; 32]>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    ceremony: Ceremony,
    master: Hash32,
    custodian: u8,
    threshold: u8,
    custodians: u8,
    share: SecretHex,
    checksum: String,
}

impl CustodianShare {
    /// The share of custodian `i`, proven against its commitment.
    pub(super) fn new(
        master: &MasterPublic,
        i: u8,
        share: Zeroizing<[u8; 32]>,
    ) -> Result<Self, ShareFault> {
        let share = Self {
            ceremony: master.ceremony,
            master: master.fingerprint(),
            custodian: i,
            threshold: master.threshold,
            custodians: master.custodians,
            share,
        };
        share.belongs(master)?;
        Ok(share)
    }

    /// Reads a share file.
    ///
    /// # Errors
    /// When it is not such a file, or its checksum is wrong.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ShareFault> {
        let file: File =
            from_json(OBJECT, bytes).map_err(|fault| ShareFault::Corrupt(fault.to_string()))?;
        if file.format != FORMAT {
            return Err(ShareFault::Foreign("not a custodian's share".into()));
        }
        let share = Self {
            ceremony: file.ceremony,
            master: file.master,
            custodian: file.custodian,
            threshold: file.threshold,
            custodians: file.custodians,
            share: file.share.0,
        };
        if file.checksum != share.checksum() {
            return Err(ShareFault::Corrupt("its checksum is wrong".into()));
        }
        Ok(share)
    }

    /// The share file: JSON, secret.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_bytes(&self) -> Result<Zeroizing<Vec<u8>>, ShareFault> {
        to_json(
            OBJECT,
            &File {
                format: FORMAT.into(),
                ceremony: self.ceremony,
                master: self.master,
                custodian: self.custodian,
                threshold: self.threshold,
                custodians: self.custodians,
                share: SecretHex(self.share.clone()),
                checksum: self.checksum(),
            },
        )
        .map(Zeroizing::new)
        .map_err(|fault| ShareFault::Corrupt(fault.to_string()))
    }

    /// Whether it is a share of `master`.
    ///
    /// # Errors
    /// [`ShareFault::Foreign`] when it is not.
    pub fn belongs(&self, master: &MasterPublic) -> Result<(), ShareFault> {
        let foreign = |what: &str| Err(ShareFault::Foreign(what.into()));
        if self.ceremony != master.ceremony {
            return foreign(&format!("of another ceremony, {}", self.ceremony));
        }
        if self.master != master.fingerprint() {
            return foreign("of another master key of the same ceremony");
        }
        if (self.threshold, self.custodians) != (master.threshold, master.custodians) {
            return foreign("of a ceremony with other numbers of custodians");
        }
        let commitment = share_commitment(self.ceremony, self.custodian, &self.share);
        if master.commitment(self.custodian) != Some(&commitment) {
            return foreign("not the share that the ceremony gave this custodian");
        }
        Ok(())
    }

    /// The ceremony that made it.
    #[must_use]
    pub const fn ceremony(&self) -> Ceremony {
        self.ceremony
    }

    /// The fingerprint of the master key that it is a share of.
    #[must_use]
    pub const fn master(&self) -> Hash32 {
        self.master
    }

    /// Whose it is, from 1.
    #[must_use]
    pub const fn custodian(&self) -> u8 {
        self.custodian
    }

    /// How many custodians are enough, and how many there are.
    #[must_use]
    pub const fn numbers(&self) -> (u8, u8) {
        (self.threshold, self.custodians)
    }

    pub(super) const fn secret(&self) -> &Zeroizing<[u8; 32]> {
        &self.share
    }

    /// Its 24 words (BIP-39, English list): the last one carries a checksum.
    ///
    /// # Errors
    /// When the library refuses.
    pub fn words(&self) -> Result<Zeroizing<String>, ShareFault> {
        let mnemonic = Mnemonic::from_entropy_in(Language::English, &self.share[..])
            .map_err(|fault| ShareFault::Corrupt(fault.to_string()))?;
        let mut words = Zeroizing::new(String::with_capacity(24 * 9));
        for (at, word) in mnemonic.words().enumerate() {
            if at > 0 {
                words.push(' ');
            }
            words.push_str(word);
        }
        Ok(words)
    }

    /// The share of custodian `i` from its words, in any case and spacing.
    ///
    /// # Errors
    /// When they are not 24 words of a share, or the share is not that of this custodian and master key.
    pub fn from_words(master: &MasterPublic, i: u8, text: &str) -> Result<Self, ShareFault> {
        let mut words = Zeroizing::new(String::with_capacity(text.len()));
        for word in text.split_whitespace() {
            if !words.is_empty() {
                words.push(' ');
            }
            words.extend(word.chars().map(|letter| letter.to_ascii_lowercase()));
        }
        let corrupt = |what: String| ShareFault::Corrupt(what);
        let mnemonic = Mnemonic::parse_in_normalized(Language::English, &words).map_err(
            |fault| match fault {
                bip39::Error::UnknownWord(at) => {
                    corrupt(format!("word {} is not in the list", at + 1))
                }
                bip39::Error::BadWordCount(count) => corrupt(format!("{count} words, not 24")),
                bip39::Error::InvalidChecksum => corrupt(
                    "a word is wrong or not in its place: the last word does not fit".into(),
                ),
                other => corrupt(other.to_string()),
            },
        )?;
        let (mut entropy, length) = mnemonic.to_entropy_array();
        let share = <[u8; 32]>::try_from(&entropy[..length]).map(Zeroizing::new);
        entropy.zeroize();
        let share =
            share.map_err(|_| corrupt(format!("{} words, not 24", mnemonic.word_count())))?;
        for other in (1..=master.custodians).filter(|other| *other != i) {
            if Self::new(master, other, share.clone()).is_ok() {
                return Err(ShareFault::Foreign(format!(
                    "these are the words of custodian {other}"
                )));
            }
        }
        Self::new(master, i, share)
    }

    fn checksum(&self) -> String {
        let hash = sha256(&[
            b"lifeboat custodian share checksum/1",
            self.ceremony.as_bytes(),
            self.master.as_bytes(),
            &[self.custodian, self.threshold, self.custodians],
            &self.share[..],
        ]);
        hex(&hash.as_bytes()[..8])
    }
}

impl std::fmt::Debug for CustodianShare {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "CustodianShare({} of {})", self.custodian, self.ceremony)
    }
}
