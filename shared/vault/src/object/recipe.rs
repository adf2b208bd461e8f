//! Recipes: the sequence of segments that is a file, three varints each.

use std::collections::HashMap;

use super::Segment;

/// A recipe that breaks the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("recipe: {what} at byte {at}")]
pub struct RecipeFault {
    /// Byte of the recipe.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// What the next segment is written relative to. Where few rows of a table changed, its recipe goes back and forth between an extent
/// of old rows and one of new ones, and goes on in each where it left it.
#[derive(Debug, Clone, Default)]
struct Before {
    extent: u32,
    /// Where the last segment of each extent ended.
    ends: HashMap<u32, u32>,
}

impl Before {
    fn end(&self, extent: u32) -> u32 {
        self.ends.get(&extent).copied().unwrap_or(0)
    }

    fn set(&mut self, extent: u32, end: u32) {
        self.extent = extent;
        self.ends.insert(extent, end);
    }
}

/// Writes a recipe.
#[derive(Debug, Clone, Default)]
pub struct RecipeWriter {
    bytes: Vec<u8>,
    before: Before,
}

impl RecipeWriter {
    /// Adds a segment.
    pub fn push(&mut self, segment: Segment) {
        let Segment {
            extent,
            offset,
            length,
        } = segment;
        zigzag(
            &mut self.bytes,
            i64::from(extent) - i64::from(self.before.extent),
        );
        zigzag(
            &mut self.bytes,
            i64::from(offset) - i64::from(self.before.end(extent)),
        );
        leb128(&mut self.bytes, u64::from(length));
        self.before.set(extent, offset.wrapping_add(length));
    }

    /// The recipe.
    #[must_use]
    pub fn finish(self) -> Vec<u8> {
        self.bytes
    }
}

/// The recipe of these segments.
#[must_use]
pub fn encode_recipe(segments: impl IntoIterator<Item = Segment>) -> Vec<u8> {
    let mut writer = RecipeWriter::default();
    for segment in segments {
        writer.push(segment);
    }
    writer.finish()
}

/// Reads a recipe, segment by segment; after a fault it ends.
#[derive(Debug, Clone)]
pub struct RecipeReader<'a> {
    bytes: &'a [u8],
    at: usize,
    before: Before,
}

impl<'a> RecipeReader<'a> {
    /// Reads `recipe` from its beginning.
    #[must_use]
    pub fn new(recipe: &'a [u8]) -> Self {
        Self {
            bytes: recipe,
            at: 0,
            before: Before::default(),
        }
    }

    fn segment(&mut self) -> Result<Segment, &'static str> {
        let extent = moved(self.before.extent, self.zigzag()?).ok_or("no such extent")?;
        let from = self.before.end(extent);
        let offset = moved(from, self.zigzag()?).ok_or("no such offset")?;
        let length = u32::try_from(self.leb128()?).map_err(|_| "too long a segment")?;
        if length == 0 {
            return Err("an empty segment");
        }
        let end = offset.checked_add(length).ok_or("too long a segment")?;
        self.before.set(extent, end);
        Ok(Segment {
            extent,
            offset,
            length,
        })
    }

    fn zigzag(&mut self) -> Result<i64, &'static str> {
        let value = self.leb128()?;
        Ok((value >> 1).cast_signed() ^ -((value & 1).cast_signed()))
    }

    fn leb128(&mut self) -> Result<u64, &'static str> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = *self.bytes.get(self.at).ok_or("it ends inside a number")?;
            self.at += 1;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err("a number beyond 64 bits");
            }
            value |= bits << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 {
                    Err("a number longer than it needs to be")
                } else {
                    Ok(value)
                };
            }
        }
        Err("a number beyond 64 bits")
    }
}

impl Iterator for RecipeReader<'_> {
    type Item = Result<Segment, RecipeFault>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.at >= self.bytes.len() {
            return None;
        }
        Some(self.segment().map_err(|what| {
            let at = self.at;
            self.at = self.bytes.len();
            RecipeFault { at, what }
        }))
    }
}

fn moved(from: u32, by: i64) -> Option<u32> {
    i64::from(from)
        .checked_add(by)
        .and_then(|to| u32::try_from(to).ok())
}

fn zigzag(to: &mut Vec<u8>, value: i64) {
    leb128(to, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

fn leb128(to: &mut Vec<u8>, mut value: u64) {
    loop {
        let low = value.to_le_bytes()[0] & 0x7f;
        value >>= 7;
        if value == 0 {
            return to.push(low);
        }
        to.push(low | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn segment(extent: u32, offset: u32, length: u32) -> Segment {
        Segment {
            extent,
            offset,
            length,
        }
    }

    #[test]
    fn the_example_of_the_format_has_these_bytes() {
        let recipe = encode_recipe([
            segment(0, 0, 5),
            segment(0, 5, 300),
            segment(2, 1, 1),
            segment(1, 0, 1),
            segment(0, 310, 1),
            segment(2, 2, 1),
        ]);
        let first = [0, 0, 5, 0, 0, 0xac, 0x02, 4, 2, 1, 1, 0, 1];
        // Both go on where the extent was left: five bytes further on, and at once.
        let back = [1, 10, 1, 4, 0, 1];
        assert_eq!(recipe, [first.as_slice(), &back].concat());
    }

    #[test]
    fn numbers_that_are_cut_overlong_or_too_large_are_refused() {
        let fault = |bytes: &[u8]| RecipeReader::new(bytes).last().unwrap().unwrap_err().what;
        assert_eq!(fault(&[0, 0]), "it ends inside a number");
        assert_eq!(fault(&[0, 0, 0x80]), "it ends inside a number");
        assert_eq!(fault(&[0, 0, 0]), "an empty segment");
        assert_eq!(fault(&[1, 0, 1]), "no such extent");
        assert_eq!(fault(&[0, 1, 1]), "no such offset");
        assert_eq!(
            fault(&[0x80, 0, 0, 1]),
            "a number longer than it needs to be"
        );
        assert_eq!(fault(&[0xff; 11]), "a number beyond 64 bits");
        assert_eq!(
            fault(&[0, 0, 0x80, 0x80, 0x80, 0x80, 0x10]),
            "too long a segment"
        );
    }

    proptest! {
        #[test]
        fn a_recipe_is_read_back(
            segments in prop::collection::vec((any::<u32>(), any::<u32>(), 1u32..), 0..50)
        ) {
            let segments: Vec<_> = segments
                .into_iter()
                .map(|(extent, offset, length)| {
                    segment(extent, offset.min(u32::MAX - length), length)
                })
                .collect();
            let recipe = encode_recipe(segments.iter().copied());
            let read: Result<Vec<_>, _> = RecipeReader::new(&recipe).collect();
            prop_assert_eq!(read.unwrap(), segments);
        }

        #[test]
        fn any_bytes_may_stand_where_a_recipe_should(bytes: Vec<u8>) {
            let read: Result<Vec<_>, _> = RecipeReader::new(&bytes).collect();
            if let Ok(segments) = read {
                prop_assert_eq!(encode_recipe(segments), bytes);
            }
        }
    }
}
