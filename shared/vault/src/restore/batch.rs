//! Turns recipes, which say in file order where bytes come from, into work in pack order: what of each pack goes where.
//!
//! A batch is bounded, so that memory is, whatever the size of the source; a pack that two batches need is fetched twice.

use std::collections::HashMap;
use std::ops::Range;

use super::{Refusal, RestoreError};
use crate::object::{Extent, Segment};

/// Pieces in a batch: 24 bytes each.
const PIECES: usize = 1 << 20;

/// Bytes of an extent that belong into a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) extent: u32,
    /// First byte in the decoded extent.
    pub(super) offset: u32,
    pub(super) length: u32,
    /// Index among the files of the assembly.
    pub(super) file: u32,
    /// Where in the file.
    pub(super) at: u64,
}

/// What is taken from one pack.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Load {
    pub(super) pack: u32,
    /// In order of extents, then of offsets.
    pub(super) pieces: Vec<Piece>,
}

impl Load {
    /// Bytes that go into files.
    pub(super) fn bytes(&self) -> u64 {
        self.pieces
            .iter()
            .map(|piece| u64::from(piece.length))
            .sum()
    }
}

/// A file as far as it is wanted: byte ranges of the original, put one after the other.
pub(super) struct Wanted<'a, S> {
    pub(super) file: u32,
    pub(super) ranges: &'a [Range<u64>],
    pub(super) segments: S,
}

/// Cuts the wanted parts of files into pieces.
pub(super) struct Pieces<'a, I, S> {
    extents: &'a [Extent],
    files: I,
    current: Option<Current<'a, S>>,
}

struct Current<'a, S> {
    wanted: Wanted<'a, S>,
    /// Where the next segment begins in the original.
    from: u64,
    segment: Option<Segment>,
    range: usize,
    /// Where the current range begins in the restored file.
    base: u64,
}

impl<'a, I, S, E> Pieces<'a, I, S>
where
    I: Iterator<Item = Wanted<'a, S>>,
    S: Iterator<Item = Result<Segment, E>>,
    E: std::fmt::Display,
{
    pub(super) fn new(extents: &'a [Extent], files: I) -> Self {
        Self {
            extents,
            files,
            current: None,
        }
    }

    /// The next batch, with its packs in the order in which the files need them first; none at the end.
    pub(super) fn batch(&mut self) -> Result<Option<Vec<Load>>, RestoreError> {
        let mut pieces = Vec::new();
        while pieces.len() < PIECES {
            match self.next()? {
                Some(piece) => pieces.push(piece),
                None => break,
            }
        }
        if pieces.is_empty() {
            return Ok(None);
        }
        let mut loads: Vec<Load> = Vec::new();
        let mut places: HashMap<u32, usize> = HashMap::new();
        for piece in pieces {
            let pack = self.extents[piece.extent as usize].pack;
            let place = *places.entry(pack).or_insert_with(|| {
                loads.push(Load {
                    pack,
                    pieces: Vec::new(),
                });
                loads.len() - 1
            });
            loads[place].pieces.push(piece);
        }
        for load in &mut loads {
            load.pieces
                .sort_by_key(|piece| (piece.extent, piece.offset));
        }
        Ok(Some(loads))
    }

    /// The next piece in file order.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, RestoreError> {
        loop {
            if self.current.is_none() {
                let Some(wanted) = self.files.next() else {
                    return Ok(None);
                };
                self.current = Some(Current {
                    wanted,
                    from: 0,
                    segment: None,
                    range: 0,
                    base: 0,
                });
            }
            if let Some(current) = self.current.as_mut()
                && let Some(piece) = current.next(self.extents)?
            {
                return Ok(Some(piece));
            }
            self.current = None;
        }
    }
}

impl<S, E> Current<'_, S>
where
    S: Iterator<Item = Result<Segment, E>>,
    E: std::fmt::Display,
{
    fn next(&mut self, extents: &[Extent]) -> Result<Option<Piece>, RestoreError> {
        while let Some(range) = self.wanted.ranges.get(self.range) {
            if range.start == range.end {
                self.range += 1;
                continue;
            }
            let Some(segment) = self.segment(extents)? else {
                return Err(contradiction("a recipe ends before its file"));
            };
            let end = self.from + u64::from(segment.length);
            let (from, to) = (range.start.max(self.from), range.end.min(end));
            let piece = (from < to).then(|| Piece {
                extent: segment.extent,
                offset: segment.offset + narrow(from - self.from),
                length: narrow(to - from),
                file: self.wanted.file,
                at: self.base + (from - range.start),
            });
            // Whichever ends first is left behind.
            if range.end <= end {
                self.base += range.end - range.start;
                self.range += 1;
            }
            if self
                .wanted
                .ranges
                .get(self.range)
                .is_none_or(|range| range.start >= end)
                || to == end
            {
                self.from = end;
                self.segment = None;
            }
            if piece.is_some() {
                return Ok(piece);
            }
        }
        Ok(None)
    }

    fn segment(&mut self, extents: &[Extent]) -> Result<Option<Segment>, RestoreError> {
        if self.segment.is_none() {
            let next = self.wanted.segments.next().transpose();
            self.segment = next.map_err(|error| contradiction(&error.to_string()))?;
            if let Some(segment) = &self.segment {
                let fits = extents.get(segment.extent as usize).is_some_and(|extent| {
                    u64::from(segment.offset) + u64::from(segment.length) <= u64::from(extent.raw)
                });
                if !fits || segment.length == 0 {
                    return Err(contradiction("a recipe names bytes that no extent has"));
                }
            }
        }
        Ok(self.segment)
    }
}

/// Lengths inside a segment, which is shorter than 4 GiB.
fn narrow(length: u64) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

fn contradiction(said: &str) -> RestoreError {
    Refusal::Contradiction(said.to_owned()).into()
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::ops::Range;

    use super::{Load, Piece, Pieces, Wanted};
    use crate::object::{Codec, ContentHash, Extent, Segment};

    fn extents() -> Vec<Extent> {
        [(1, 100), (0, 50), (1, 30)]
            .into_iter()
            .map(|(pack, raw)| Extent {
                pack,
                offset: 0,
                stored: raw,
                raw,
                codec: Codec::Plain,
                hash: ContentHash([0; 32]),
            })
            .collect()
    }

    fn segments() -> Vec<Result<Segment, Infallible>> {
        [(0, 10, 90), (1, 0, 50), (0, 0, 10), (2, 5, 20)]
            .into_iter()
            .map(|(extent, offset, length)| {
                Ok(Segment {
                    extent,
                    offset,
                    length,
                })
            })
            .collect()
    }

    fn cut(ranges: &[Range<u64>]) -> Vec<Piece> {
        let extents = extents();
        let file = Wanted {
            file: 7,
            ranges,
            segments: segments().into_iter(),
        };
        let mut pieces = Pieces::new(&extents, std::iter::once(file));
        std::iter::from_fn(|| pieces.next().unwrap()).collect()
    }

    fn piece(extent: u32, offset: u32, length: u32, at: u64) -> Piece {
        Piece {
            extent,
            offset,
            length,
            file: 7,
            at,
        }
    }

    #[test]
    fn a_whole_file_is_all_its_segments() {
        let whole = [
            piece(0, 10, 90, 0),
            piece(1, 0, 50, 90),
            piece(0, 0, 10, 140),
            piece(2, 5, 20, 150),
        ];
        assert_eq!(cut(std::slice::from_ref(&(0..170))), whole);
    }

    #[test]
    fn ranges_cut_segments_and_close_up() {
        assert_eq!(
            cut(&[0..5, 8..8, 80..100, 100..141, 169..170]),
            [
                piece(0, 10, 5, 0),
                piece(0, 90, 10, 5),
                piece(1, 0, 10, 15),
                piece(1, 10, 40, 25),
                piece(0, 0, 1, 65),
                piece(2, 24, 1, 66)
            ]
        );
    }

    #[test]
    fn a_batch_takes_every_pack_once_in_order_of_first_need() {
        let extents = extents();
        let ranges = std::slice::from_ref(&(0..170)).to_vec();
        let file = Wanted {
            file: 7,
            ranges: &ranges[..],
            segments: segments().into_iter(),
        };
        let mut pieces = Pieces::new(&extents, std::iter::once(file));
        let loads = pieces.batch().unwrap().unwrap();
        let first = vec![
            piece(0, 0, 10, 140),
            piece(0, 10, 90, 0),
            piece(2, 5, 20, 150),
        ];
        let second = vec![piece(1, 0, 50, 90)];
        assert_eq!(
            loads,
            [
                Load {
                    pack: 1,
                    pieces: first
                },
                Load {
                    pack: 0,
                    pieces: second
                }
            ]
        );
        assert!(pieces.batch().unwrap().is_none());
    }

    #[test]
    fn a_recipe_that_names_nothing_is_refused() {
        let extents = extents();
        for (extent, offset, length) in [(3, 0, 1), (0, 100, 1), (0, 0, 0), (0, u32::MAX, u32::MAX)]
        {
            let segment: Result<_, Infallible> = Ok(Segment {
                extent,
                offset,
                length,
            });
            let ranges = std::slice::from_ref(&(0..1)).to_vec();
            let file = Wanted {
                file: 0,
                ranges: &ranges[..],
                segments: std::iter::once(segment),
            };
            assert!(Pieces::new(&extents, std::iter::once(file)).next().is_err());
        }
    }
}
