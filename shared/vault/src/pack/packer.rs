//! Filling packs with extents.

use super::Class;
use crate::object::{Codec, ContentHash};

/// Where in a pack's content an extent lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Placed {
    /// Keyed hash of the decoded bytes.
    pub hash: ContentHash,
    /// First byte in the content.
    pub offset: u32,
    /// Stored bytes.
    pub stored: u32,
    /// Bytes after decoding.
    pub raw: u32,
    /// How they are stored.
    pub codec: Codec,
}

/// The content of one pack, ready to be sealed.
#[derive(Debug, PartialEq, Eq)]
pub struct Parcel {
    /// The class that it fits into.
    pub class: Class,
    /// Extents one after the other; the zeros are added by sealing.
    pub content: Vec<u8>,
    /// Where they lie.
    pub extents: Vec<Placed>,
}

/// An extent is longer than any pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an extent of {0} stored bytes fits into no pack")]
pub struct TooLong(pub usize);

/// Fills packs of the largest class with the extents of one group, and cuts the rest into packs that waste little.
#[derive(Debug)]
pub struct Packer {
    class: Class,
    content: Vec<u8>,
    extents: Vec<Placed>,
}

impl Packer {
    /// A packer for a vault of which `need` clouds are enough.
    #[must_use]
    pub fn new(need: u8) -> Self {
        Self {
            class: Class::largest(need),
            content: Vec::new(),
            extents: Vec::new(),
        }
    }

    /// Adds an extent; gives the pack that became full.
    ///
    /// # Errors
    /// When it fits into no pack.
    pub fn push(
        &mut self,
        hash: ContentHash,
        raw: u32,
        codec: Codec,
        stored: &[u8],
    ) -> Result<Option<Parcel>, TooLong> {
        let capacity = self.class.capacity();
        let length = u32::try_from(stored.len()).map_err(|_| TooLong(stored.len()))?;
        if stored.len() > capacity {
            return Err(TooLong(stored.len()));
        }
        let full = (self.content.len() + stored.len() > capacity).then(|| Parcel {
            class: self.class,
            content: std::mem::take(&mut self.content),
            extents: std::mem::take(&mut self.extents),
        });
        let offset = u32::try_from(self.content.len()).map_err(|_| TooLong(stored.len()))?;
        // Room that is not used costs no memory, and growing would copy what is there.
        let room = self.class.room();
        self.content.reserve_exact(room - self.content.len());
        self.content.extend_from_slice(stored);
        self.extents.push(Placed {
            hash,
            offset,
            stored: length,
            raw,
            codec,
        });
        Ok(full)
    }

    /// The packs for what is left, of classes that together have the fewest bytes.
    #[must_use]
    pub fn finish(&mut self) -> Vec<Parcel> {
        let content = std::mem::take(&mut self.content);
        let extents = std::mem::take(&mut self.extents);
        if extents.is_empty() {
            return Vec::new();
        }
        let mut bins = Vec::new();
        plan(extents, self.class, &mut bins);
        bins.into_iter()
            .map(|(class, extents)| gather(class, &extents, &content))
            .collect()
    }
}

/// One pack's worth of extents, still at their old places.
type Bin = (Class, Vec<Placed>);

fn cost(bins: &[Bin]) -> usize {
    bins.iter().map(|(class, _)| class.bytes()).sum()
}

/// Puts extents that fit into one pack of `class` into it, or into several shorter ones if these have fewer bytes.
fn plan(extents: Vec<Placed>, class: Class, into: &mut Vec<Bin>) {
    let shorter = class.index().checked_sub(1).and_then(Class::from_index);
    if let Some(shorter) = shorter
        && let Some(mut split) = first_fit(&extents, shorter)
        // The last one may do with less still.
        && let Some((_, rest)) = split.pop()
    {
        plan(rest, shorter, &mut split);
        if cost(&split) < class.bytes() {
            into.append(&mut split);
            return;
        }
    }
    into.push((class, extents));
}

/// Longest first, each into the first pack with room, the emptiest pack last; none if one is too long or there is nothing to win.
fn first_fit(extents: &[Placed], class: Class) -> Option<Vec<Bin>> {
    let capacity = class.capacity();
    if extents.iter().any(|one| one.stored as usize > capacity) {
        return None;
    }
    let mut sorted = extents.to_vec();
    sorted.sort_by_key(|one| std::cmp::Reverse(one.stored));
    let mut bins: Vec<(usize, Vec<Placed>)> = Vec::new();
    for one in sorted {
        let length = one.stored as usize;
        let room = bins.iter_mut().find(|bin| bin.0 + length <= capacity);
        if let Some(bin) = room {
            bin.0 += length;
            bin.1.push(one);
        } else {
            bins.push((length, vec![one]));
        }
    }
    bins.sort_by_key(|bin| std::cmp::Reverse(bin.0));
    Some(bins.into_iter().map(|(_, bin)| (class, bin)).collect())
}

/// Copies the extents of a bin together, in the order in which they came.
fn gather(class: Class, extents: &[Placed], from: &[u8]) -> Parcel {
    let mut extents = extents.to_vec();
    extents.sort_by_key(|one| one.offset);
    let mut content = Vec::with_capacity(class.room());
    let mut offset = 0;
    for one in &mut extents {
        let start = one.offset as usize;
        content.extend_from_slice(&from[start..start + one.stored as usize]);
        one.offset = offset;
        offset += one.stored;
    }
    Parcel {
        class,
        content,
        extents,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Packer, Parcel};
    use crate::object::{Codec, ContentHash};
    use crate::pack::Class;

    const KIB: usize = 1024;

    fn pack(need: u8, lengths: &[usize]) -> (Vec<Parcel>, Vec<Parcel>) {
        let mut packer = Packer::new(need);
        let mut full = Vec::new();
        for (number, size) in lengths.iter().enumerate() {
            let byte = u8::try_from(number % 251).unwrap();
            let raw = u32::try_from(*size).unwrap();
            let hash = ContentHash(blake3::hash(&number.to_be_bytes()).into());
            let stored = vec![byte; *size];
            full.extend(packer.push(hash, raw, Codec::Plain, &stored).unwrap());
        }
        (full, packer.finish())
    }

    fn classes(parcels: &[Parcel]) -> Vec<Class> {
        parcels.iter().map(|parcel| parcel.class).collect()
    }

    #[test]
    fn full_packs_are_of_the_largest_class() {
        let (full, rest) = pack(2, &[1_000 * KIB; 20]);
        assert_eq!(classes(&full), [Class::Large; 2]);
        assert_eq!(classes(&rest), [Class::Medium; 4]);
        let (full, _) = pack(4, &[1_000 * KIB; 40]);
        assert_eq!(classes(&full), [Class::Huge]);
    }

    #[test]
    fn a_small_rest_goes_into_small_packs() {
        assert_eq!(classes(&pack(2, &[100]).1), [Class::Small]);
        assert_eq!(classes(&pack(2, &[20 * KIB; 6]).1), [Class::Small; 2]);
        assert_eq!(classes(&pack(2, &[40 * KIB; 15]).1), [Class::Small; 15]);
        assert_eq!(classes(&pack(2, &[40 * KIB; 16]).1), [Class::Medium]);
        let mixed = [900 * KIB, 60 * KIB, 60 * KIB, 60 * KIB];
        assert_eq!(classes(&pack(2, &mixed).1), [Class::Medium, Class::Small]);
        assert!(pack(2, &[]).1.is_empty());
    }

    #[test]
    fn what_fits_nowhere_is_refused() {
        let mut packer = Packer::new(2);
        let long = vec![0; Class::Large.capacity() + 1];
        let pushed = packer.push(ContentHash([0; 32]), 1, Codec::Plain, &long);
        assert!(pushed.is_err());
    }

    proptest! {
        #[test]
        fn every_extent_lies_where_it_is_said(lengths in prop::collection::vec(1..300_000_usize, 1..60)) {
            let (full, rest) = pack(3, &lengths);
            let mut seen = 0;
            for parcel in full.iter().chain(&rest) {
                prop_assert!(parcel.content.len() <= parcel.class.capacity());
                let mut end = 0;
                for one in &parcel.extents {
                    prop_assert_eq!(one.offset, end);
                    end += one.stored;
                    let number = (0..lengths.len())
                        .find(|n| blake3::hash(&n.to_be_bytes()) == one.hash.0)
                        .unwrap();
                    prop_assert_eq!(one.raw as usize, lengths[number]);
                    let fill = u8::try_from(number % 251).unwrap();
                    let at = one.offset as usize..end as usize;
                    prop_assert!(parcel.content[at].iter().all(|byte| *byte == fill));
                    seen += 1;
                }
                prop_assert_eq!(parcel.content.len(), end as usize);
            }
            prop_assert_eq!(seen, lengths.len());
        }
    }
}
