//! From a sealed pack to fragments, and back from any few of them.

use std::collections::BTreeMap;

use bytes::Bytes;
use reed_solomon_simd::{ReedSolomonDecoder, ReedSolomonEncoder};

use super::Class;

/// Why fragments did not become a pack.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum CodeFault {
    /// The numbers are not 2 ≤ k < n ≤ 16.
    #[error("{need} of {clouds} clouds is not possible: 2 ≤ need < clouds ≤ 16")]
    Numbers {
        /// k.
        need: u8,
        /// n.
        clouds: u8,
    },
    /// There are fewer fragments than needed.
    #[error("{given} fragments of a pack are there and {need} are needed")]
    TooFew {
        /// How many there are.
        given: usize,
        /// How many are needed.
        need: usize,
    },
    /// Fragments, or a pack, are not of a length that exists.
    #[error("a pack or fragment of {0} bytes does not exist")]
    Length(usize),
    /// The coder itself refused.
    #[error("the erasure code failed: {0}")]
    Coder(#[from] reed_solomon_simd::Error),
}

/// The systematic Reed–Solomon code of `docs/vault-format.md` §8: n fragments, any k of which are enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    need: u8,
    clouds: u8,
}

impl Code {
    /// The code for `need` (k) of `clouds` (n).
    ///
    /// # Errors
    /// Unless 2 ≤ k < n ≤ 16.
    pub fn new(need: u8, clouds: u8) -> Result<Self, CodeFault> {
        if need < 2 || need >= clouds || clouds > 16 {
            return Err(CodeFault::Numbers { need, clouds });
        }
        Ok(Self { need, clouds })
    }

    /// k: how many fragments are enough.
    #[must_use]
    pub fn need(self) -> u8 {
        self.need
    }

    /// n: how many fragments there are.
    #[must_use]
    pub fn clouds(self) -> u8 {
        self.clouds
    }

    fn data(self) -> usize {
        usize::from(self.need)
    }

    fn parity(self) -> usize {
        usize::from(self.clouds - self.need)
    }

    /// The n fragments of a sealed pack, in the order of clouds. Data fragments share one buffer; nothing of it is copied
    /// when `sealed` has room for the few zeros behind it.
    ///
    /// # Errors
    /// When `sealed` has no length of a [`Class`].
    pub fn split(self, sealed: impl Into<Vec<u8>>) -> Result<Vec<Bytes>, CodeFault> {
        let mut sealed = sealed.into();
        let length = sealed.len();
        let class = Class::ALL.into_iter().find(|class| class.bytes() == length);
        let fragment = class
            .ok_or(CodeFault::Length(length))?
            .fragment_len(self.need);
        sealed.resize(fragment * self.data(), 0);
        let all = Bytes::from(sealed);
        let mut fragments: Vec<Bytes> = (0..self.data())
            .map(|place| all.slice(place * fragment..(place + 1) * fragment))
            .collect();
        let parity = self.encode(&fragments, fragment)?;
        fragments.extend(parity);
        Ok(fragments)
    }

    /// The sealed pack of this class, from its fragments in the order of clouds.
    ///
    /// # Errors
    /// When fewer than k are there, or one has another length than the class asks for. Wrong bytes are not noticed here:
    /// fragments are hashed before.
    pub fn join(self, fragments: &[Option<Bytes>], class: Class) -> Result<Vec<u8>, CodeFault> {
        let length = class.fragment_len(self.need);
        self.check(fragments, Some(length))?;
        let data = self.data_of(fragments, length)?;
        let mut sealed = Vec::with_capacity(length * self.data());
        for fragment in &data {
            sealed.extend_from_slice(fragment);
        }
        sealed.truncate(class.bytes());
        Ok(sealed)
    }

    /// All n fragments, those missing rebuilt from the others. It needs no key.
    ///
    /// # Errors
    /// As of [`join`](Self::join).
    pub fn missing(self, fragments: &[Option<Bytes>]) -> Result<Vec<Bytes>, CodeFault> {
        let length = self.check(fragments, None)?;
        let mut all = self.data_of(fragments, length)?;
        if fragments.iter().skip(self.data()).all(Option::is_some) {
            all.extend(fragments.iter().skip(self.data()).flatten().cloned());
        } else {
            let parity = self.encode(&all, length)?;
            all.extend(parity);
        }
        Ok(all)
    }

    /// Holds the fragments to what they must be; gives their length.
    fn check(self, fragments: &[Option<Bytes>], length: Option<usize>) -> Result<usize, CodeFault> {
        let given = fragments.iter().flatten().count();
        let first = fragments.iter().flatten().next().map(Bytes::len);
        let too_few = CodeFault::TooFew {
            given,
            need: self.data(),
        };
        if given < self.data() || fragments.len() != usize::from(self.clouds) {
            return Err(too_few);
        }
        let length = length.or(first).ok_or(too_few)?;
        match fragments.iter().flatten().find(|one| one.len() != length) {
            Some(odd) => Err(CodeFault::Length(odd.len())),
            None => Ok(length),
        }
    }

    fn encode(self, data: &[Bytes], length: usize) -> Result<Vec<Bytes>, CodeFault> {
        if self.parity() == 1 {
            return Ok(vec![sum(data)]);
        }
        let mut encoder = ReedSolomonEncoder::new(self.data(), self.parity(), length)?;
        for fragment in data {
            encoder.add_original_shard(fragment)?;
        }
        let coded = encoder.encode()?;
        Ok(coded.recovery_iter().map(Bytes::copy_from_slice).collect())
    }

    /// The k data fragments, rebuilt where they are missing.
    fn data_of(self, fragments: &[Option<Bytes>], length: usize) -> Result<Vec<Bytes>, CodeFault> {
        let (data, parity) = fragments.split_at(self.data());
        let rebuilt = if data.iter().all(Option::is_some) {
            BTreeMap::new()
        } else if self.parity() == 1 {
            let place = data.iter().position(Option::is_none);
            let rebuilt = sum(fragments.iter().flatten());
            place.map(|place| (place, rebuilt)).into_iter().collect()
        } else {
            let mut decoder = ReedSolomonDecoder::new(self.data(), self.parity(), length)?;
            for (place, fragment) in data.iter().enumerate() {
                if let Some(fragment) = fragment {
                    decoder.add_original_shard(place, fragment)?;
                }
            }
            for (place, fragment) in parity.iter().enumerate() {
                if let Some(fragment) = fragment {
                    decoder.add_recovery_shard(place, fragment)?;
                }
            }
            decoder
                .decode()?
                .restored_original_iter()
                .map(|(place, bytes)| (place, Bytes::copy_from_slice(bytes)))
                .collect()
        };
        let given = data.iter().flatten().count();
        let all = data.iter().enumerate().map(|(place, fragment)| {
            let there = fragment.as_ref().or_else(|| rebuilt.get(&place));
            there.cloned().ok_or(CodeFault::TooFew {
                given,
                need: self.data(),
            })
        });
        all.collect()
    }
}

/// The sum of fragments in the field. All coefficients of a single parity fragment are 1 (§8), so it is the sum of the data, and a
/// missing data fragment is the sum of all others.
fn sum<'a>(fragments: impl IntoIterator<Item = &'a Bytes>) -> Bytes {
    let mut fragments = fragments.into_iter();
    let mut sum = fragments.next().map_or_else(Vec::new, |one| one.to_vec());
    for fragment in fragments {
        for (sum, byte) in sum.iter_mut().zip(fragment) {
            *sum ^= byte;
        }
    }
    sum.into()
}

#[cfg(test)]
#[path = "code_tests.rs"]
mod tests;
