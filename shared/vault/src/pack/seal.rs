//! Sealing a pack and opening it again (STREAM of AES-256-GCM frames behind a key commitment).

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use subtle::ConstantTimeEq as _;

use super::Class;
use super::class::{COMMITMENT, FRAME, PLAIN, TAG};
use crate::object::{EpochKey, Generation, PackId, RepositoryId};

/// Bytes of what every frame is bound to.
const ASSOCIATED: usize = LABEL.len() + 16 + 4 + 16 + 4;

const LABEL: &[u8] = b"lifeboat vault frame/1";

/// Why a pack was not sealed or does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PackFault {
    /// The content does not fit into the class.
    #[error("{content} bytes do not fit into a pack of {class} bytes")]
    TooMuch {
        /// Bytes of content.
        content: usize,
        /// Bytes of the class.
        class: usize,
    },
    /// No class has this length.
    #[error("a sealed pack of {0} bytes does not exist")]
    Length(usize),
    /// It was sealed under another key: another epoch, pack, repository or generation.
    #[error("the pack was sealed under another key")]
    OtherKey,
    /// A frame was changed, moved or cut off.
    #[error("frame {0} of the pack was changed")]
    Frame(usize),
    /// The cipher refused to seal.
    #[error("a frame could not be sealed")]
    Cipher,
}

/// Seals content, with zeros behind it, into a pack of this class. Nothing is allocated where the content is a vector with the
/// [room](Class::room) of its class; the vector that comes back has it.
///
/// # Errors
/// When the content does not fit.
pub fn seal(
    key: &EpochKey,
    repository: RepositoryId,
    generation: Generation,
    pack: &PackId,
    class: Class,
    content: impl Into<Vec<u8>>,
) -> Result<Vec<u8>, PackFault> {
    let mut sealed = content.into();
    let content = sealed.len();
    if content > class.capacity() {
        return Err(PackFault::TooMuch {
            content,
            class: class.bytes(),
        });
    }
    let keys = key.pack_key(repository, generation, pack);
    let cipher = cipher(&keys[..COMMITMENT])?;
    sealed.reserve_exact(class.room() - content);
    sealed.resize(class.bytes(), 0);
    let count = class.frames();
    // From the last to the first, since every frame moves towards the end.
    for index in (0..count).rev() {
        let from = index * PLAIN;
        let end = class.capacity().min(from + PLAIN);
        sealed.copy_within(from..end, COMMITMENT + index * FRAME);
    }
    let (commitment, frames) = sealed.split_at_mut(COMMITMENT);
    commitment.copy_from_slice(&keys[COMMITMENT..]);
    let mut associated = associated(repository, generation, pack);
    for (index, frame) in frames.chunks_mut(FRAME).enumerate() {
        let (plain, tag) = frame.split_at_mut(frame.len() - TAG);
        let nonce = bind(&mut associated, index, count)?;
        let made = cipher
            .seal_in_place_separate_tag(nonce, Aad::from(&associated), plain)
            .map_err(|_| PackFault::Cipher)?;
        tag.copy_from_slice(made.as_ref());
    }
    Ok(sealed)
}

/// The content of a sealed pack: extents, then zeros. Works in place.
///
/// # Errors
/// When the key is another or a single bit was changed.
pub fn open(
    key: &EpochKey,
    repository: RepositoryId,
    generation: Generation,
    pack: &PackId,
    mut sealed: Vec<u8>,
) -> Result<Vec<u8>, PackFault> {
    let length = sealed.len();
    let class = Class::ALL.into_iter().find(|class| class.bytes() == length);
    let class = class.ok_or(PackFault::Length(length))?;
    let keys = key.pack_key(repository, generation, pack);
    if !bool::from(sealed[..COMMITMENT].ct_eq(&keys[COMMITMENT..])) {
        return Err(PackFault::OtherKey);
    }
    let cipher = cipher(&keys[..COMMITMENT])?;
    let mut associated = associated(repository, generation, pack);
    let count = class.frames();
    let mut filled = 0;
    for index in 0..count {
        let start = COMMITMENT + index * FRAME;
        let end = length.min(start + FRAME);
        let nonce = bind(&mut associated, index, count)?;
        let plain = cipher
            .open_in_place(nonce, Aad::from(&associated), &mut sealed[start..end])
            .map_err(|_| PackFault::Frame(index))?
            .len();
        sealed.copy_within(start..start + plain, filled);
        filled += plain;
    }
    sealed.truncate(filled);
    Ok(sealed)
}

fn cipher(key: &[u8]) -> Result<LessSafeKey, PackFault> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| PackFault::Cipher)?;
    Ok(LessSafeKey::new(key))
}

fn associated(repository: RepositoryId, generation: Generation, pack: &PackId) -> [u8; ASSOCIATED] {
    let mut bytes = [0; ASSOCIATED];
    let parts: [&[u8]; 4] = [
        LABEL,
        repository.as_bytes(),
        &generation.get().to_be_bytes(),
        pack.as_bytes(),
    ];
    let mut at = 0;
    for part in parts {
        bytes[at..at + part.len()].copy_from_slice(part);
        at += part.len();
    }
    bytes
}

/// Puts the frame's number into what it is bound to, and makes its nonce.
fn bind(associated: &mut [u8; ASSOCIATED], index: usize, count: usize) -> Result<Nonce, PackFault> {
    let number = u32::try_from(index).map_err(|_| PackFault::Cipher)?;
    associated[ASSOCIATED - 4..].copy_from_slice(&number.to_be_bytes());
    let mut nonce = [0; 12];
    nonce[7..11].copy_from_slice(&number.to_be_bytes());
    nonce[11] = u8::from(index + 1 == count);
    Ok(Nonce::assume_unique_for_key(nonce))
}

#[cfg(test)]
mod tests {
    use zeroize::Zeroizing;

    use super::{PackFault, open, seal};
    use crate::object::{EpochKey, Generation, PackId, RepositoryId};
    use crate::pack::Class;

    fn key(byte: u8) -> EpochKey {
        EpochKey::from_bytes(Zeroizing::new([byte; 32]))
    }

    fn repository(number: u128) -> RepositoryId {
        RepositoryId(uuid::Uuid::from_u128(number))
    }

    const ONE: Generation = Generation::FIRST;
    const PACK: PackId = PackId([7; 16]);

    #[test]
    fn what_was_sealed_opens_to_content_and_zeros() {
        for class in [Class::Small, Class::Medium, Class::Large] {
            for length in [0, 1, class.capacity() - 1, class.capacity()] {
                let content: Vec<u8> = (0..=250).cycle().take(length).collect();
                let sealed = seal(
                    &key(1),
                    repository(1),
                    ONE,
                    &PACK,
                    class,
                    content.as_slice(),
                )
                .unwrap();
                assert_eq!(sealed.len(), class.bytes());
                let opened = open(&key(1), repository(1), ONE, &PACK, sealed).unwrap();
                assert_eq!(opened.len(), class.capacity());
                assert!(opened[..length] == content && opened[length..].iter().all(|b| *b == 0));
            }
        }
        let more = vec![0; Class::Small.capacity() + 1];
        assert!(matches!(
            seal(&key(1), repository(1), ONE, &PACK, Class::Small, more),
            Err(PackFault::TooMuch { .. })
        ));
    }

    #[test]
    fn another_key_pack_repository_or_generation_is_noticed_by_the_commitment() {
        let sealed = seal(&key(1), repository(1), ONE, &PACK, Class::Small, b"x").unwrap();
        let two = Generation::new(2).unwrap();
        let wrong = [
            open(&key(2), repository(1), ONE, &PACK, sealed.clone()),
            open(&key(1), repository(2), ONE, &PACK, sealed.clone()),
            open(&key(1), repository(1), two, &PACK, sealed.clone()),
            open(&key(1), repository(1), ONE, &PackId([8; 16]), sealed),
        ];
        for one in wrong {
            assert_eq!(one, Err(PackFault::OtherKey));
        }
    }

    #[test]
    fn a_changed_moved_or_missing_frame_is_noticed() {
        let content: Vec<u8> = (0..3_000_000_u32).map(|n| n.to_be_bytes()[3]).collect();
        let sealed = seal(&key(1), repository(1), ONE, &PACK, Class::Large, content).unwrap();
        let mib = 1024 * 1024;
        for at in [32, mib, 32 + mib, 5 * mib, sealed.len() - 1] {
            let mut bad = sealed.clone();
            bad[at] ^= 1;
            let frame = (at - 32) / mib;
            let opened = open(&key(1), repository(1), ONE, &PACK, bad);
            assert_eq!(opened, Err(PackFault::Frame(frame)));
        }
        let mut swapped = sealed.clone();
        let (left, right) = swapped[32..].split_at_mut(mib);
        left.swap_with_slice(&mut right[..mib]);
        let opened = open(&key(1), repository(1), ONE, &PACK, swapped);
        assert_eq!(opened, Err(PackFault::Frame(0)));
        let cut = sealed[..mib].to_vec();
        let opened = open(&key(1), repository(1), ONE, &PACK, cut);
        assert_eq!(opened, Err(PackFault::Frame(0)));
        let none = open(&key(1), repository(1), ONE, &PACK, vec![0; 100]);
        assert_eq!(none, Err(PackFault::Length(100)));
    }

    #[test]
    fn the_known_answer_stays() {
        let sealed = seal(&key(1), repository(1), ONE, &PACK, Class::Small, b"known").unwrap();
        let hash = blake3::hash(&sealed);
        assert_eq!(hash.to_hex().as_str(), KNOWN);
    }

    /// BLAKE3 of the sealed pack above; the reference decoder opens packs sealed so.
    const KNOWN: &str = "caacb1b0a677734f2afbf1b179ea7a918463d6c1ad9457089540e6cdef591d05";
}
