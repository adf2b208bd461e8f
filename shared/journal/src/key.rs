//! The key that makes filing again harmless.

use std::fmt;
use std::str::FromStr;

/// `Idempotency-Key`: 1 to 128 visible ASCII characters, chosen by the client, such as a UUID. Good for one application
/// of one person, whatever keys others choose; sent again with the same application it gives the same receipt.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct IdempotencyKey(String);

impl IdempotencyKey {
    /// The key as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As it is stored, which is unique: behind the person whose it is. Neither has a space.
    pub(crate) fn of_person(&self, person_id: &str) -> String {
        stored(&self.0, person_id)
    }
}

/// A key as it is stored, from how this person sent it.
pub(crate) fn stored(sent: &str, person_id: &str) -> String {
    format!("{person_id} {sent}")
}

/// A stored key as its person sent it.
pub(crate) fn as_sent<'a>(stored: &'a str, person_id: &str) -> &'a str {
    let behind = stored.strip_prefix(person_id);
    behind
        .and_then(|behind| behind.strip_prefix(' '))
        .unwrap_or(stored)
}

impl fmt::Display for IdempotencyKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

/// Not a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be 1 to 128 visible ASCII characters, such as a UUID")]
pub struct NotAKey;

impl FromStr for IdempotencyKey {
    type Err = NotAKey;

    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
        if visible && (1..=128).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(NotAKey)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_visible_and_bounded() {
        for good in [
            "1",
            "\"quoted\"",
            "0190a6f2-5b0a-7c00-8000-000000000000",
            &"k".repeat(128),
        ] {
            assert_eq!(good.parse::<IdempotencyKey>().unwrap().as_str(), good);
        }
        for bad in ["", " ", "a b", "鍵", "a\u{7f}", &"k".repeat(129)] {
            assert_eq!(bad.parse::<IdempotencyKey>(), Err(NotAKey), "{bad:?}");
        }
    }

    #[test]
    fn a_key_is_stored_for_its_person() {
        let key: IdempotencyKey = "k-1".parse().unwrap();
        let stored = key.of_person("A123456789");
        assert_eq!(stored, "A123456789 k-1");
        assert_ne!(stored, key.of_person("A223456781"));
        assert_eq!(as_sent(&stored, "A123456789"), "k-1");
        for other in ["k-1", "A123456789", "A123456789k-1"] {
            assert_eq!(as_sent(other, "A123456789"), other);
        }
    }
}
