//! The standard primitives in the shapes in which the format uses them.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::{digest, hmac};
use zeroize::{Zeroize, Zeroizing};

use super::Hash32;

/// The bytes of a tag of AES-256-GCM.
pub(crate) const TAG: usize = 16;

/// AES-256-GCM did not open: another key, other associated data, or changed bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("does not open: it was changed, or the key is another")]
pub struct DoesNotOpen;

/// SHA-256 (FIPS 180-4) of the parts joined.
pub(crate) fn sha256(parts: &[&[u8]]) -> Hash32 {
    let mut context = digest::Context::new(&digest::SHA256);
    for part in parts {
        context.update(part);
    }
    let mut hash = [0; 32];
    hash.copy_from_slice(context.finish().as_ref());
    Hash32(hash)
}

/// HKDF with SHA-256 (RFC 5869) to N bytes; N is a multiple of 32.
pub(crate) fn hkdf<const N: usize>(ikm: &[u8], salt: &[u8], info: &[&[u8]]) -> Zeroizing<[u8; N]> {
    const { assert!(N.is_multiple_of(32) && N <= 255 * 32) };
    let extracted = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt), ikm);
    let key = hmac::Key::new(hmac::HMAC_SHA256, extracted.as_ref());
    let mut out = Zeroizing::new([0; N]);
    let mut before: Zeroizing<[u8; 32]> = Zeroizing::new([0; 32]);
    for (block, counter) in out.chunks_exact_mut(32).zip(1u8..) {
        let mut context = hmac::Context::with_key(&key);
        if counter > 1 {
            context.update(&*before);
        }
        for part in info {
            context.update(part);
        }
        context.update(&[counter]);
        before.copy_from_slice(context.sign().as_ref());
        block.copy_from_slice(&*before);
    }
    out
}

/// AES-256-GCM of `plain`, the tag appended.
pub(crate) fn seal(
    key: &[u8; 32],
    nonce: [u8; 12],
    associated: &[&[u8]],
    plain: &[u8],
) -> Result<Vec<u8>, DoesNotOpen> {
    let key = gcm(key)?;
    let mut bytes = Vec::with_capacity(plain.len() + TAG);
    bytes.extend_from_slice(plain);
    key.seal_in_place_append_tag(
        Nonce::assume_unique_for_key(nonce),
        Aad::from(associated.concat()),
        &mut bytes,
    )
    .map_err(|_| {
        bytes.zeroize();
        DoesNotOpen
    })?;
    Ok(bytes)
}

/// The plaintext of what [`seal`] made.
pub(crate) fn open(
    key: &[u8; 32],
    nonce: [u8; 12],
    associated: &[&[u8]],
    sealed: &[u8],
) -> Result<Zeroizing<Vec<u8>>, DoesNotOpen> {
    let key = gcm(key)?;
    let mut bytes = Zeroizing::new(sealed.to_vec());
    let length = key
        .open_in_place(
            Nonce::assume_unique_for_key(nonce),
            Aad::from(associated.concat()),
            &mut bytes,
        )
        .map_err(|_| DoesNotOpen)?
        .len();
    bytes.truncate(length);
    Ok(bytes)
}

fn gcm(key: &[u8; 32]) -> Result<LessSafeKey, DoesNotOpen> {
    UnboundKey::new(&AES_256_GCM, key)
        .map(LessSafeKey::new)
        .map_err(|_| DoesNotOpen)
}

/// The nonce for a key that seals once.
pub(crate) const ONCE: [u8; 12] = [0; 12];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::text::{from_hex, hex};

    #[test]
    fn hkdf_is_that_of_rfc_5869() {
        // Appendix A.1 and A.2, of which the first 32 and 64 bytes are compared.
        let ikm = [0x0b; 22];
        let salt = from_hex("000102030405060708090a0b0c").unwrap();
        let info = from_hex("f0f1f2f3f4f5f6f7f8f9").unwrap();
        let out = hkdf::<32>(&ikm, &salt, &[&info]);
        assert_eq!(
            hex(&*out),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf"
        );
        let ikm: Vec<u8> = (0x00..=0x4f).collect();
        let salt: Vec<u8> = (0x60..=0xaf).collect();
        let info: Vec<u8> = (0xb0..=0xff).collect();
        let out = hkdf::<64>(&ikm, &salt, &[&info[..8], &info[8..]]);
        assert_eq!(
            hex(&*out),
            "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c\
             59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
        );
    }

    #[test]
    fn a_sealed_byte_that_changed_does_not_open() {
        let sealed = seal(&[1; 32], ONCE, &[b"a", b"b"], b"plain").unwrap();
        assert_eq!(
            &**open(&[1; 32], ONCE, &[b"ab"], &sealed).unwrap(),
            b"plain"
        );
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert_eq!(open(&[1; 32], ONCE, &[b"ab"], &changed), Err(DoesNotOpen));
        }
        assert_eq!(open(&[1; 32], ONCE, &[b"ac"], &sealed), Err(DoesNotOpen));
        assert_eq!(open(&[2; 32], ONCE, &[b"ab"], &sealed), Err(DoesNotOpen));
        assert_eq!(open(&[1; 32], ONCE, &[b"ab"], &[]), Err(DoesNotOpen));
    }
}
