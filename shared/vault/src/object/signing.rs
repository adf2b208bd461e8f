//! The two signatures under every header: Ed25519, and ML-DSA-65 (FIPS 204) for the day the first one falls.

use std::fmt;

use aws_lc_rs::signature::{
    ED25519, Ed25519KeyPair, KeyPair as _, ML_DSA_65, ML_DSA_65_SIGNING, PqdsaKeyPair,
    UnparsedPublicKey,
};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::identifiers::random;
use super::text::{SecretHex, from_json, to_json};
use super::{Hash32, ObjectFault};

const FORMAT: &str = "lifeboat-signing-keys/1";
const OBJECT: &str = "signing keys";

/// The bytes of an ML-DSA-65 public key.
pub(crate) const ML_DSA_65_PUBLIC: usize = 1952;

/// Both signatures over one message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Signatures {
    pub(crate) ed25519: Vec<u8>,
    pub(crate) ml_dsa_65: Vec<u8>,
}

/// The signing keys of a backup host, made of two random seeds.
pub struct SigningKeys {
    seeds: [Zeroizing<[u8; 32]>; 2],
    ed25519: Ed25519KeyPair,
    ml_dsa_65: PqdsaKeyPair,
}

/// What the host stores; readable by its owner only.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    ed25519_seed: SecretHex,
    ml_dsa_65_seed: SecretHex,
}

impl SigningKeys {
    /// New random keys.
    ///
    /// # Errors
    /// When the operating system gives no random numbers.
    pub fn generate() -> Result<Self, ObjectFault> {
        let fault = |fault| ObjectFault::new(OBJECT, "object", fault);
        let ed25519 = Zeroizing::new(random().map_err(fault)?);
        let ml_dsa_65 = Zeroizing::new(random().map_err(fault)?);
        Self::from_seeds(ed25519, ml_dsa_65)
    }

    /// The keys of two seeds (RFC 8032 §5.1.5 and FIPS 204 §5.1).
    ///
    /// # Errors
    /// When the library refuses a seed.
    pub fn from_seeds(
        ed25519: Zeroizing<[u8; 32]>,
        ml_dsa_65: Zeroizing<[u8; 32]>,
    ) -> Result<Self, ObjectFault> {
        let refused = |field, fault| ObjectFault::new(OBJECT, field, fault);
        Ok(Self {
            ed25519: Ed25519KeyPair::from_seed_unchecked(&*ed25519)
                .map_err(|fault| refused("ed25519_seed", fault))?,
            ml_dsa_65: PqdsaKeyPair::from_seed(&ML_DSA_65_SIGNING, &*ml_dsa_65)
                .map_err(|fault| refused("ml_dsa_65_seed", fault))?,
            seeds: [ed25519, ml_dsa_65],
        })
    }

    /// The host's file of these keys: JSON, secret.
    ///
    /// # Errors
    /// When it cannot be written as JSON.
    pub fn to_file(&self) -> Result<Zeroizing<Vec<u8>>, ObjectFault> {
        to_json(
            OBJECT,
            &File {
                format: FORMAT.into(),
                ed25519_seed: SecretHex(self.seeds[0].clone()),
                ml_dsa_65_seed: SecretHex(self.seeds[1].clone()),
            },
        )
        .map(Zeroizing::new)
    }

    /// Reads what [`to_file`](Self::to_file) wrote.
    ///
    /// # Errors
    /// When it is not such a file.
    pub fn from_file(bytes: &[u8]) -> Result<Self, ObjectFault> {
        let file: File = from_json(OBJECT, bytes)?;
        if file.format != FORMAT {
            return Err(ObjectFault::new(OBJECT, "format", "unknown"));
        }
        Self::from_seeds(file.ed25519_seed.0, file.ml_dsa_65_seed.0)
    }

    /// The public halves.
    ///
    /// # Errors
    /// When the library gives a public key of another length than its standard says.
    pub fn verifying(&self) -> Result<VerifyingKeys, ObjectFault> {
        VerifyingKeys::new(
            self.ed25519.public_key().as_ref(),
            self.ml_dsa_65.public_key().as_ref(),
        )
    }

    pub(crate) fn sign(&self, message: &[u8]) -> Result<Signatures, ObjectFault> {
        let mut ml_dsa_65 = vec![0; ML_DSA_65_SIGNING.signature_len()];
        let length = self
            .ml_dsa_65
            .sign(message, &mut ml_dsa_65)
            .map_err(|_| ObjectFault::new(OBJECT, "ml_dsa_65_seed", "cannot sign"))?;
        ml_dsa_65.truncate(length);
        Ok(Signatures {
            ed25519: self.ed25519.sign(message).as_ref().to_vec(),
            ml_dsa_65,
        })
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKeys(…)")
    }
}

/// The public halves, by which headers are believed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifyingKeys {
    ed25519: Hash32,
    ml_dsa_65: Vec<u8>,
}

impl VerifyingKeys {
    /// Keys of 32 and 1,952 bytes.
    ///
    /// # Errors
    /// When one has another length.
    pub fn new(ed25519: &[u8], ml_dsa_65: &[u8]) -> Result<Self, ObjectFault> {
        let wrong = |field| ObjectFault::new("verifying keys", field, "of another length");
        if ml_dsa_65.len() != ML_DSA_65_PUBLIC {
            return Err(wrong("ml_dsa_65"));
        }
        Ok(Self {
            ed25519: Hash32(ed25519.try_into().map_err(|_| wrong("ed25519"))?),
            ml_dsa_65: ml_dsa_65.to_vec(),
        })
    }

    /// The Ed25519 key.
    #[must_use]
    pub const fn ed25519(&self) -> &[u8; 32] {
        self.ed25519.as_bytes()
    }

    /// The ML-DSA-65 key.
    #[must_use]
    pub fn ml_dsa_65(&self) -> &[u8] {
        &self.ml_dsa_65
    }

    /// Names the signature that does not hold.
    pub(crate) fn verify(
        &self,
        message: &[u8],
        signatures: &Signatures,
    ) -> Result<(), &'static str> {
        UnparsedPublicKey::new(&ED25519, self.ed25519.as_bytes())
            .verify(message, &signatures.ed25519)
            .map_err(|_| "ed25519")?;
        UnparsedPublicKey::new(&ML_DSA_65, &self.ml_dsa_65)
            .verify(message, &signatures.ml_dsa_65)
            .map_err(|_| "ml_dsa_65")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::text::{array_from_hex, hex};

    #[test]
    fn keys_come_back_from_their_file_and_show_nothing() {
        let keys = SigningKeys::generate().unwrap();
        let file = keys.to_file().unwrap();
        let again = SigningKeys::from_file(&file).unwrap();
        assert_eq!(again.verifying().unwrap(), keys.verifying().unwrap());
        assert_eq!(format!("{keys:?}"), "SigningKeys(…)");
    }

    #[test]
    fn each_signature_must_hold() {
        let keys = SigningKeys::generate().unwrap();
        let verifying = keys.verifying().unwrap();
        let good = keys.sign(b"message").unwrap();
        assert_eq!(verifying.verify(b"message", &good), Ok(()));
        assert_eq!(verifying.verify(b"massage", &good), Err("ed25519"));
        let mut bad = good.clone();
        bad.ed25519[7] ^= 1;
        assert_eq!(verifying.verify(b"message", &bad), Err("ed25519"));
        let mut bad = good.clone();
        bad.ml_dsa_65[7] ^= 1;
        assert_eq!(verifying.verify(b"message", &bad), Err("ml_dsa_65"));
        let mut bad = good;
        bad.ml_dsa_65.clear();
        assert_eq!(verifying.verify(b"message", &bad), Err("ml_dsa_65"));
    }

    #[test]
    fn the_ed25519_key_is_that_of_rfc_8032() {
        // Section 7.1, test 1.
        let seed =
            array_from_hex("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60");
        let keys = SigningKeys::from_seeds(Zeroizing::new(seed.unwrap()), Zeroizing::new([0; 32]))
            .unwrap();
        assert_eq!(
            hex(keys.verifying().unwrap().ed25519()),
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a"
        );
    }
}
