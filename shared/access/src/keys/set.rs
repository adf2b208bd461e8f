use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};

use super::{KeyFault, PublicKey};
use crate::strict;

/// More keys than any honest set has.
pub(crate) const MAX_KEYS: usize = 64;

/// Longer than any honest `kid`.
const MAX_KID: usize = 128;

/// Larger than any honest set, in bytes.
const MAX_BYTES: usize = 64 * 1024;

/// Members that only private or symmetric keys have (RFC 7518 §6).
const PRIVATE: [&str; 8] = ["d", "k", "p", "q", "dp", "dq", "qi", "oth"];

/// Why a set of keys is not taken, as a whole: one wrong key refuses all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeySetFault {
    /// Not `{"keys": […]}`, too large, or a member given twice.
    #[error("not a JSON Web Key Set")]
    Malformed,
    /// No key at all.
    #[error("a key set without keys")]
    Empty,
    /// The key at this place, counted from 0.
    #[error("key {0} of the set: {1}")]
    Key(usize, KeyFault),
    /// Two keys of one `kid`.
    #[error("two keys of one kid")]
    DuplicateKid,
}

/// A named public key.
#[derive(Clone, Debug)]
pub struct Key {
    kid: String,
    public: PublicKey,
}

impl Key {
    /// Its name.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The key.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    fn from_jwk(jwk: &Map<String, Value>) -> Result<Self, KeyFault> {
        let public = PublicKey::from_jwk(jwk)?;
        Ok(Self {
            kid: text(jwk, "kid")?.unwrap_or_else(|| public.thumbprint().to_owned()),
            public,
        })
    }
}

/// Public keys by name; immutable and cheap to clone.
#[derive(Clone, Default)]
pub struct KeySet(Arc<HashMap<String, Key>>);

impl KeySet {
    /// Reads a JWK Set (RFC 7517 §5), strictly: everything in it must be a public signing key of a kind in use. A key
    /// without `kid` goes by its thumbprint.
    ///
    /// # Errors
    /// See [`KeySetFault`].
    pub fn from_jwks(text: &str) -> Result<Self, KeySetFault> {
        Self::from_members(&members(text)?)
    }

    /// A set of single JWKs, under the same rules.
    ///
    /// # Errors
    /// See [`KeySetFault`].
    pub fn from_members<'a>(
        jwks: impl IntoIterator<Item = &'a Map<String, Value>>,
    ) -> Result<Self, KeySetFault> {
        let mut keys = HashMap::new();
        for (place, jwk) in jwks.into_iter().enumerate() {
            if place >= MAX_KEYS {
                return Err(KeySetFault::Malformed);
            }
            let key = Key::from_jwk(jwk).map_err(|fault| KeySetFault::Key(place, fault))?;
            if keys.insert(key.kid.clone(), key).is_some() {
                return Err(KeySetFault::DuplicateKid);
            }
        }
        if keys.is_empty() {
            return Err(KeySetFault::Empty);
        }
        Ok(Self(Arc::new(keys)))
    }

    /// The key of that name; without a name, the set's only key.
    #[must_use]
    pub fn find(&self, kid: Option<&str>) -> Option<&Key> {
        match kid {
            Some(kid) => self.0.get(kid),
            None if self.0.len() == 1 => self.0.values().next(),
            None => None,
        }
    }

    /// How many keys there are; none only in [`KeySet::default`].
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether nothing can be verified with it.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({} keys)", self.0.len())
    }
}

/// The members of a JWK Set, as yet unread.
pub(crate) fn members(text: &str) -> Result<Vec<Map<String, Value>>, KeySetFault> {
    if text.len() > MAX_BYTES {
        return Err(KeySetFault::Malformed);
    }
    let mut document = strict::object(text.as_bytes()).ok_or(KeySetFault::Malformed)?;
    let Some(Value::Array(keys)) = document.remove("keys") else {
        return Err(KeySetFault::Malformed);
    };
    let members = keys.into_iter().map(|key| match key {
        Value::Object(members) => Ok(members),
        _ => Err(KeySetFault::Malformed),
    });
    members.collect()
}

/// A JWK's member that is a name: absent, or a text of an honest length.
pub(crate) fn text(jwk: &Map<String, Value>, name: &str) -> Result<Option<String>, KeyFault> {
    match jwk.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if (1..=MAX_KID).contains(&text.len()) => Ok(Some(text.clone())),
        Some(_) => Err(KeyFault::Malformed),
    }
}

/// Refuses private and symmetric keys.
pub(crate) fn refuse_secrets(jwk: &Map<String, Value>) -> Result<(), KeyFault> {
    let has_private = PRIVATE.iter().any(|member| jwk.contains_key(*member));
    if has_private || jwk.get("kty").is_some_and(|kind| kind == "oct") {
        Err(KeyFault::Secret)
    } else {
        Ok(())
    }
}

/// The text of a JWK Set of these members.
#[must_use]
pub fn jwks(members: &[Map<String, Value>]) -> String {
    serde_json::json!({ "keys": members }).to_string()
}
