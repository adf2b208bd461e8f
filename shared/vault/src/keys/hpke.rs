//! HPKE (RFC 9180) with X-Wing, only ever to export one 32-byte key; nothing is sealed by HPKE itself.

use std::fmt;

use ::hpke::aead::ExportOnlyAead;
use ::hpke::kdf::HkdfSha256;
use ::hpke::kem::XWing;
use ::hpke::{
    Deserializable as _, Kem, OpModeR, OpModeS, PskBundle, Serializable as _, setup_receiver,
    setup_sender,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use crate::object::primitives::sha256;
use crate::object::text::{base64, from_base64};

/// The bytes of an X-Wing public key.
const PUBLIC: usize = 1216;

/// The bytes of an X-Wing encapsulation.
const ENCAPSULATION: usize = 1120;

/// A key that could not be encapsulated or decapsulated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("X-Wing: {0}")]
pub struct HpkeFault(&'static str);

/// A pre-shared key and its name: HPKE's PSK mode.
#[derive(Clone, Copy)]
pub(crate) struct PreShared<'a> {
    pub(crate) key: &'a [u8; 32],
    pub(crate) id: &'a [u8],
}

/// An X-Wing public key.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicKey(Box<[u8]>);

impl PublicKey {
    /// The key of 1,216 bytes.
    ///
    /// # Errors
    /// When they are not a key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, HpkeFault> {
        <XWing as Kem>::PublicKey::from_bytes(bytes).map_err(|_| HpkeFault("not a public key"))?;
        Ok(Self(bytes.into()))
    }

    /// Its 1,216 bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// The public key of a seed.
    pub(crate) fn of_seed(seed: &[u8; 32]) -> Result<Self, HpkeFault> {
        let bytes = XWing::sk_to_pk(&private(seed)?).to_bytes();
        Ok(Self(bytes.as_slice().into()))
    }

    fn parsed(&self) -> Result<<XWing as Kem>::PublicKey, HpkeFault> {
        <XWing as Kem>::PublicKey::from_bytes(&self.0).map_err(|_| HpkeFault("not a public key"))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey(SHA-256 {})", sha256(&[&self.0]))
    }
}

impl Serialize for PublicKey {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&base64(&self.0))
    }
}

impl<'de> Deserialize<'de> for PublicKey {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = exactly(PUBLIC, &String::deserialize(from)?)?;
        Self::from_bytes(&bytes).map_err(de::Error::custom)
    }
}

/// What only the holder of a secret key turns into the exported key.
#[derive(Clone, PartialEq, Eq)]
pub struct Encapsulation(Box<[u8]>);

impl fmt::Debug for Encapsulation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Encapsulation(SHA-256 {})", sha256(&[&self.0]))
    }
}

impl Serialize for Encapsulation {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&base64(&self.0))
    }
}

impl<'de> Deserialize<'de> for Encapsulation {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let bytes = exactly(ENCAPSULATION, &String::deserialize(from)?)?;
        Ok(Self(bytes.into()))
    }
}

fn exactly<E: de::Error>(length: usize, text: &str) -> Result<Vec<u8>, E> {
    let bytes = from_base64(text).ok_or_else(|| E::custom("not base64 with padding"))?;
    if bytes.len() == length {
        Ok(bytes)
    } else {
        Err(E::custom(format!("not {length} bytes")))
    }
}

/// A new key for the holder of `to`: the encapsulation to keep, and the key itself.
pub(crate) fn encapsulate(
    to: &PublicKey,
    pre_shared: Option<PreShared<'_>>,
    info: &[u8],
    context: &[u8],
) -> Result<(Encapsulation, Zeroizing<[u8; 32]>), HpkeFault> {
    let mode = match pre_shared {
        None => OpModeS::Base,
        Some(psk) => OpModeS::Psk(bundle(psk)?),
    };
    let (encapsulation, sender) =
        setup_sender::<ExportOnlyAead, HkdfSha256, XWing>(&mode, &to.parsed()?, info)
            .map_err(|_| HpkeFault("cannot encapsulate"))?;
    let mut key = Zeroizing::new([0; 32]);
    sender
        .export(context, &mut *key)
        .map_err(|_| HpkeFault("cannot export"))?;
    let encapsulation = Encapsulation(encapsulation.to_bytes().as_slice().into());
    Ok((encapsulation, key))
}

/// The key of an encapsulation. With another seed, pre-shared key or info it is another key, not an error.
pub(crate) fn decapsulate(
    seed: &[u8; 32],
    pre_shared: Option<PreShared<'_>>,
    encapsulation: &Encapsulation,
    info: &[u8],
    context: &[u8],
) -> Result<Zeroizing<[u8; 32]>, HpkeFault> {
    let mode = match pre_shared {
        None => OpModeR::Base,
        Some(psk) => OpModeR::Psk(bundle(psk)?),
    };
    let encapsulation = <XWing as Kem>::EncappedKey::from_bytes(&encapsulation.0)
        .map_err(|_| HpkeFault("not an encapsulation"))?;
    let receiver = setup_receiver::<ExportOnlyAead, HkdfSha256, XWing>(
        &mode,
        &private(seed)?,
        &encapsulation,
        info,
    )
    .map_err(|_| HpkeFault("cannot decapsulate"))?;
    let mut key = Zeroizing::new([0; 32]);
    receiver
        .export(context, &mut *key)
        .map_err(|_| HpkeFault("cannot export"))?;
    Ok(key)
}

fn private(seed: &[u8; 32]) -> Result<<XWing as Kem>::PrivateKey, HpkeFault> {
    <XWing as Kem>::PrivateKey::from_bytes(seed).map_err(|_| HpkeFault("not a seed"))
}

fn bundle(psk: PreShared<'_>) -> Result<PskBundle<'_>, HpkeFault> {
    PskBundle::new(psk.key, psk.id).map_err(|_| HpkeFault("not a pre-shared key"))
}
