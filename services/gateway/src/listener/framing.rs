//! Follows where a body ends, so that the next head is judged from its first byte.

use super::fault::Fault;

/// How the end of a body is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum BodyLength {
    /// By counting.
    Known(u64),
    /// By chunks (RFC 9112 §7.1).
    Chunked,
}

/// Walks through chunks. Extensions and trailers are refused: nobody here uses them, and smugglers do.
#[derive(Debug, Default)]
pub(super) struct ChunkWalk {
    at: Place,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Place {
    /// In the size line: the size so far and how many digits it had.
    #[default]
    Start,
    Size(u32, u8),
    SizeFeed(u32),
    Data(u32),
    DataReturn,
    DataFeed,
    LastReturn,
    LastFeed,
    Done,
}

impl ChunkWalk {
    /// How many of `bytes` belong to the body, and whether it ended there.
    pub(super) fn advance(&mut self, bytes: &[u8]) -> Result<(usize, bool), Fault> {
        let mut taken = 0;
        while let Some(byte) = bytes.get(taken) {
            if let Place::Data(left) = self.at {
                let here = usize::try_from(left)
                    .unwrap_or(usize::MAX)
                    .min(bytes.len() - taken);
                taken += here;
                let left = left - u32::try_from(here).unwrap_or(left);
                self.at = if left == 0 {
                    Place::DataReturn
                } else {
                    Place::Data(left)
                };
                continue;
            }
            taken += 1;
            self.at = next(self.at, *byte).ok_or(Fault::Chunk)?;
            if self.at == Place::Done {
                return Ok((taken, true));
            }
        }
        Ok((taken, false))
    }
}

fn next(at: Place, byte: u8) -> Option<Place> {
    let digit = char::from(byte).to_digit(16);
    match (at, byte) {
        (Place::Start, _) => Some(Place::Size(digit?, 1)),
        (Place::Size(size, _), b'\r') => Some(Place::SizeFeed(size)),
        // Seven digits hold 256 MiB, far above any body limit.
        (Place::Size(size, digits @ ..7), _) => Some(Place::Size(size * 16 + digit?, digits + 1)),
        (Place::SizeFeed(0), b'\n') => Some(Place::LastReturn),
        (Place::SizeFeed(size), b'\n') => Some(Place::Data(size)),
        (Place::DataReturn, b'\r') => Some(Place::DataFeed),
        (Place::DataFeed, b'\n') => Some(Place::Start),
        (Place::LastReturn, b'\r') => Some(Place::LastFeed),
        (Place::LastFeed, b'\n') => Some(Place::Done),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_is_found_however_the_bytes_arrive() {
        let body = b"3\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n";
        let stream = [&body[..], b"GET / HTTP/1.1\r\n"].concat();
        for step in [1, 3, 5, stream.len()] {
            let mut walk = ChunkWalk::default();
            let (mut taken, mut done) = (0, false);
            while !done {
                let end = stream.len().min(taken + step);
                let (more, ended) = walk.advance(&stream[taken..end]).unwrap();
                taken += more;
                done = ended;
            }
            assert_eq!(taken, body.len(), "in steps of {step}");
        }
    }

    #[test]
    fn anything_but_plain_chunks_is_refused() {
        for body in [
            "\r\n",
            "x\r\n",
            "3;a=b\r\n",
            "3\nabc\r\n",
            "3\r\nabcd\r\n",
            "3\r\nabc\n0\r\n\r\n",
            "00000003\r\nabc\r\n",
            "0\r\nTrailer: x\r\n\r\n",
            "-1\r\n",
            "0x3\r\nabc\r\n",
            " 3\r\nabc\r\n",
        ] {
            assert!(
                ChunkWalk::default().advance(body.as_bytes()).is_err(),
                "{body:?}"
            );
        }
    }
}
