//! Identifiers and hashes, as types that cannot be mixed up.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::rand;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use uuid::Uuid;

use super::text::{array_from_hex, hex};

/// The random generator of the operating system gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random numbers")]
pub struct NoRandomness;

/// N random bytes.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).map_err(|_| NoRandomness)?;
    Ok(bytes)
}

/// What an identifier's text is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not {0}")]
pub struct NotAn(pub(super) &'static str);

struct BytesVisitor<const N: usize>;

impl<const N: usize> de::Visitor<'_> for BytesVisitor<N> {
    type Value = [u8; N];

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a byte string of {N} bytes")
    }

    fn visit_bytes<E: de::Error>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        bytes
            .try_into()
            .map_err(|_| E::invalid_length(bytes.len(), &self))
    }
}

/// A type around bytes: hex in text and in JSON, a byte string in CBOR.
macro_rules! bytes_type {
    ($(#[$doc:meta])* $name:ident, $length:literal, $words:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub [u8; $length]);

        impl $name {
            /// Its bytes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; $length] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex(&self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAn;

            fn from_str(text: &str) -> Result<Self, NotAn> {
                array_from_hex(text).map(Self).ok_or(NotAn($words))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() {
                    to.collect_str(self)
                } else {
                    to.serialize_bytes(&self.0)
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    String::deserialize(from)?.parse().map_err(de::Error::custom)
                } else {
                    from.deserialize_bytes(BytesVisitor).map(Self)
                }
            }
        }
    };
}

bytes_type!(
    /// A hash of 32 bytes: SHA-256 or unkeyed BLAKE3, as the place says.
    Hash32,
    32,
    "64 lower-case hexadecimal digits"
);
bytes_type!(
    /// Keyed BLAKE3 of an extent's decoded bytes under the content key.
    ContentHash,
    32,
    "64 lower-case hexadecimal digits"
);
bytes_type!(
    /// The random id of a pack.
    PackId,
    16,
    "32 lower-case hexadecimal digits"
);
bytes_type!(
    /// The random id of a cloud in a repository: its top folder.
    CloudId,
    16,
    "32 lower-case hexadecimal digits"
);

macro_rules! random_bytes {
    ($name:ident) => {
        impl $name {
            /// A new random id.
            ///
            /// # Errors
            /// When the operating system gives no random numbers.
            pub fn generate() -> Result<Self, NoRandomness> {
                random().map(Self)
            }
        }
    };
}

random_bytes!(PackId);
random_bytes!(CloudId);

/// A type around a UUID: hyphenated lower case in text and in JSON, 16 bytes in CBOR and in hashes.
macro_rules! uuid_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub Uuid);

        impl $name {
            /// A new random (version 4) UUID.
            ///
            /// # Errors
            /// When the operating system gives no random numbers.
            pub fn generate() -> Result<Self, NoRandomness> {
                let bytes = random()?;
                Ok(Self(uuid::Builder::from_random_bytes(bytes).into_uuid()))
            }

            /// The 16 bytes that enter hashes.
            #[must_use]
            pub const fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}", self.0.as_hyphenated())
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($name), "({})"), self)
            }
        }

        impl FromStr for $name {
            type Err = NotAn;

            fn from_str(text: &str) -> Result<Self, NotAn> {
                let id = Self(Uuid::try_parse(text).map_err(|_| NotAn("a UUID"))?);
                if id.to_string() == text {
                    Ok(id)
                } else {
                    Err(NotAn("a UUID in hyphenated lower case"))
                }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                if to.is_human_readable() {
                    to.collect_str(self)
                } else {
                    to.serialize_bytes(self.as_bytes())
                }
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                if from.is_human_readable() {
                    String::deserialize(from)?.parse().map_err(de::Error::custom)
                } else {
                    from.deserialize_bytes(BytesVisitor)
                        .map(|bytes| Self(Uuid::from_bytes(bytes)))
                }
            }
        }
    };
}

uuid_type!(
    /// A repository: one agency's vault over its clouds.
    RepositoryId
);
uuid_type!(
    /// An epoch: what one run, also one that was interrupted, sealed under one epoch key.
    Epoch
);
uuid_type!(
    /// A run of the backup that became a restore point.
    Run
);
uuid_type!(
    /// A key ceremony.
    Ceremony
);
uuid_type!(
    /// A restore session to which custodians contribute.
    Session
);

/// A type around a number that counts from 1.
macro_rules! counted_type {
    ($(#[$doc:meta])* $name:ident, $inner:ty) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name($inner);

        impl $name {
            /// The first.
            pub const FIRST: Self = Self(1);

            /// This number; none for 0.
            #[must_use]
            pub const fn new(number: $inner) -> Option<Self> {
                if number == 0 { None } else { Some(Self(number)) }
            }

            /// The number.
            #[must_use]
            pub const fn get(self) -> $inner {
                self.0
            }

            /// The next one; none after the last.
            #[must_use]
            pub const fn next(self) -> Option<Self> {
                match self.0.checked_add(1) {
                    Some(number) => Some(Self(number)),
                    None => None,
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
                self.0.serialize(to)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
                Self::new(<$inner>::deserialize(from)?)
                    .ok_or_else(|| de::Error::custom(NotAn("a number from 1")))
            }
        }
    };
}

counted_type!(
    /// A generation: the runs whose secret is erased together.
    Generation,
    u32
);
counted_type!(
    /// The place of a head in its repository's chain; without gaps.
    Sequence,
    u64
);
counted_type!(
    /// The number of a cloud in its repository: also the x of its shares and of its fragments.
    CloudNumber,
    u8
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_in_another_form_is_refused() {
        let text = "0190163d-8694-739b-aea5-966c26f8ad91";
        assert_eq!(text.parse::<Run>().unwrap().to_string(), text);
        assert!(text.to_uppercase().parse::<Run>().is_err());
        assert!(text.replace('-', "").parse::<Run>().is_err());
        assert!(format!("{{{text}}}").parse::<Run>().is_err());
    }

    #[test]
    fn numbers_count_from_one() {
        assert_eq!(Generation::new(0), None);
        assert_eq!(serde_json::to_string(&Sequence::FIRST).unwrap(), "1");
        assert!(serde_json::from_str::<Sequence>("0").is_err());
        assert!(serde_json::from_str::<CloudNumber>("256").is_err());
        assert_eq!(CloudNumber::new(255).unwrap().next(), None);
    }

    #[test]
    fn hashes_are_hex_in_json_and_bytes_in_cbor() {
        let id = PackId([7; 16]);
        assert_eq!(serde_json::to_string(&id).unwrap(), format!("\"{id}\""));
        let mut cbor = Vec::new();
        ciborium::into_writer(&id, &mut cbor).unwrap();
        assert_eq!(cbor[0], 0x50);
        assert_eq!(ciborium::from_reader::<PackId, _>(&cbor[..]).unwrap(), id);
        assert!(ciborium::from_reader::<Hash32, _>(&cbor[..]).is_err());
    }
}
