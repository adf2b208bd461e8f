//! CBOR (RFC 8949) as manifests use it: one map, and where the format says so zeros after it.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ObjectFault;

/// One map and nothing else, with rules that its types alone do not hold.
pub trait Manifest: Serialize + DeserializeOwned {
    /// What faults call it.
    const NAME: &'static str;

    /// Whether it holds the rules of the format.
    ///
    /// # Errors
    /// Names the member at fault.
    fn check(&self) -> Result<(), ObjectFault>;

    /// The CBOR.
    ///
    /// # Errors
    /// When it cannot be written.
    fn to_bytes(&self) -> Result<Vec<u8>, ObjectFault> {
        to_bytes(Self::NAME, self)
    }

    /// Reads the CBOR and checks it.
    ///
    /// # Errors
    /// Names the member at fault.
    fn from_bytes(bytes: &[u8]) -> Result<Self, ObjectFault> {
        let (manifest, rest): (Self, _) = map(Self::NAME, bytes)?;
        if !rest.is_empty() {
            return Err(ObjectFault::new(
                Self::NAME,
                "object",
                "something follows it",
            ));
        }
        manifest.check()?;
        Ok(manifest)
    }
}

pub(crate) fn to_bytes<T: Serialize>(
    object: &'static str,
    value: &T,
) -> Result<Vec<u8>, ObjectFault> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes)
        .map_err(|fault| ObjectFault::new(object, "object", fault))?;
    Ok(bytes)
}

/// Reads one map that zeros may follow.
pub(crate) fn from_padded<T: DeserializeOwned>(
    object: &'static str,
    bytes: &[u8],
) -> Result<T, ObjectFault> {
    let (value, rest) = map(object, bytes)?;
    if rest.iter().all(|byte| *byte == 0) {
        Ok(value)
    } else {
        Err(ObjectFault::new(
            object,
            "object",
            "something other than zeros follows it",
        ))
    }
}

fn map<'a, T: DeserializeOwned>(
    object: &'static str,
    mut bytes: &'a [u8],
) -> Result<(T, &'a [u8]), ObjectFault> {
    // Major type 5: a derived type would also be read from a list of its members' values.
    if bytes.first().is_none_or(|first| first >> 5 != 5) {
        return Err(ObjectFault::new(object, "object", "not a CBOR map"));
    }
    let value = ciborium::from_reader(&mut bytes)
        .map_err(|fault| ObjectFault::new(object, "object", said(&fault)))?;
    Ok((value, bytes))
}

fn said(fault: &ciborium::de::Error<std::io::Error>) -> String {
    match fault {
        ciborium::de::Error::Io(_) => "ends too early".into(),
        ciborium::de::Error::Syntax(at) => format!("not CBOR at byte {at}"),
        ciborium::de::Error::Semantic(_, what) => what.clone(),
        ciborium::de::Error::RecursionLimitExceeded => "nested too deeply".into(),
    }
}

/// Zeros up to a multiple of `unit` bytes.
pub(crate) fn pad(bytes: &mut Vec<u8>, unit: usize) {
    bytes.resize(bytes.len().next_multiple_of(unit), 0);
}
