//! Private keys at rest: AES-256-GCM under a key that is not in the database.

use std::fmt;

use aws_lc_rs::aead::{AES_256_GCM, Aad, NONCE_LEN, Nonce, RandomizedNonceKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use zeroize::Zeroizing;

use crate::random;

/// The first byte of everything sealed this way.
const VERSION: u8 = 1;

/// Why something could not be sealed or opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SealFault {
    /// Not 32 bytes in base64url.
    #[error(
        "a sealing key is 32 bytes in base64url without padding; `openssl rand 32 | basenc --base64url | tr -d =` makes one"
    )]
    NotAKey,
    /// Sealed with another key, for another name, or damaged.
    #[error(
        "the signing keys in the database were sealed with another sealing key, or are damaged"
    )]
    Unopened,
    /// The cryptographic library failed.
    #[error("the cryptographic library failed")]
    Failed,
}

/// The key that seals signing keys in the database. The same on every copy; kept apart from the database.
pub struct SealingKey(RandomizedNonceKey);

impl SealingKey {
    /// Reads a key as [`SealingKey::generate`] writes it; white space at the end is ignored.
    ///
    /// # Errors
    /// When it is not 32 bytes in base64url.
    pub fn parse(text: &SecretString) -> Result<Self, SealFault> {
        let bytes = URL_SAFE_NO_PAD
            .decode(text.expose_secret().trim_end())
            .map(Zeroizing::new)
            .map_err(|_| SealFault::NotAKey)?;
        if bytes.len() != 32 {
            return Err(SealFault::NotAKey);
        }
        RandomizedNonceKey::new(&AES_256_GCM, &bytes)
            .map(Self)
            .map_err(|_| SealFault::NotAKey)
    }

    /// A new key, to be kept in a file of its own.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate() -> Result<SecretString, SealFault> {
        let bytes = random::secret().map_err(|_| SealFault::Failed)?;
        Ok(URL_SAFE_NO_PAD.encode(Zeroizing::new(bytes)).into())
    }

    /// Seals `plain` under `name`: it opens under no other name.
    pub(crate) fn seal(&self, name: &str, plain: &SecretString) -> Result<Vec<u8>, SealFault> {
        let mut sealed = plain.expose_secret().as_bytes().to_vec();
        let nonce = self
            .0
            .seal_in_place_append_tag(aad(name), &mut sealed)
            .map_err(|_| SealFault::Failed)?;
        let mut out = vec![VERSION];
        out.extend_from_slice(nonce.as_ref());
        out.extend_from_slice(&sealed);
        Ok(out)
    }

    /// Opens what was sealed under `name`.
    pub(crate) fn open(&self, name: &str, sealed: &[u8]) -> Result<SecretString, SealFault> {
        let Some((&VERSION, rest)) = sealed.split_first() else {
            return Err(SealFault::Unopened);
        };
        let (nonce, body) = rest
            .split_at_checked(NONCE_LEN)
            .ok_or(SealFault::Unopened)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| SealFault::Unopened)?;
        let mut body = Zeroizing::new(body.to_vec());
        let plain = self
            .0
            .open_in_place(nonce, aad(name), &mut body)
            .map_err(|_| SealFault::Unopened)?;
        let text = std::str::from_utf8(plain).map_err(|_| SealFault::Unopened)?;
        Ok(text.to_owned().into())
    }
}

fn aad(name: &str) -> Aad<String> {
    Aad::from(format!("lifeboat-identity-signing-key-1 {name}"))
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SealingKey {
        SealingKey::parse(&SealingKey::generate().unwrap()).unwrap()
    }

    #[test]
    fn what_is_sealed_opens_with_the_same_key_and_name_only() {
        let key = key();
        let sealed = key.seal("kid-1", &"secret".into()).unwrap();
        assert!(!sealed.windows(6).any(|part| part == b"secret"));
        assert_eq!(
            key.open("kid-1", &sealed).unwrap().expose_secret(),
            "secret"
        );
        assert_eq!(key.open("kid-2", &sealed).unwrap_err(), SealFault::Unopened);
        let other = self::key();
        assert_eq!(
            other.open("kid-1", &sealed).unwrap_err(),
            SealFault::Unopened
        );
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(key.open("kid-1", &damaged).is_err(), "byte {at}");
            assert!(key.open("kid-1", &sealed[..at]).is_err(), "cut at {at}");
        }
    }

    #[test]
    fn the_same_secret_never_looks_the_same_twice() {
        let key = key();
        let one = key.seal("kid", &"secret".into()).unwrap();
        assert_ne!(one, key.seal("kid", &"secret".into()).unwrap());
    }

    #[test]
    fn a_key_is_32_bytes_in_base64url() {
        for wrong in ["", "x", "AAAA", &"A".repeat(44), "not base64url !"] {
            assert!(
                SealingKey::parse(&wrong.to_owned().into()).is_err(),
                "{wrong}"
            );
        }
        let written = SealingKey::generate().unwrap();
        let with_newline = format!("{}\n", written.expose_secret());
        assert!(SealingKey::parse(&with_newline.into()).is_ok());
    }
}
