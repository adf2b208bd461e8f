//! Which trace and which span, and how that is written in a header (W3C Trace Context).

use std::fmt;
use std::num::NonZeroU64;

use uuid::Uuid;

/// The header that takes a trace from one service to the next (W3C Trace Context §3.2).
pub const TRACEPARENT: &str = "traceparent";

/// The header that tells the caller which trace their request became (W3C Trace Context, Level 2, draft).
pub const TRACERESPONSE: &str = "traceresponse";

/// The length of what version 00 of the format holds.
const LENGTH: usize = 55;

/// The flag of a trace that is sampled.
const SAMPLED: u8 = 1;

/// A place in a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Context {
    pub(crate) trace: Uuid,
    pub(crate) span: NonZeroU64,
    pub(crate) sampled: bool,
    /// Which service works here.
    pub(crate) service: &'static str,
}

/// Shown as the header's value.
impl fmt::Display for Context {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (trace, flags) = (self.trace.as_simple(), u8::from(self.sampled));
        write!(f, "00-{trace}-{:016x}-{flags:02x}", self.span)
    }
}

impl Context {
    /// The trace: the request's id.
    #[must_use]
    pub fn trace_id(&self) -> Uuid {
        self.trace
    }

    /// The span.
    #[must_use]
    pub fn span_id(&self) -> NonZeroU64 {
        self.span
    }

    /// Whether its spans are told to the collector.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.sampled
    }
}

/// The place in a trace that a service was called from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parent {
    pub(crate) trace: Uuid,
    pub(crate) span: NonZeroU64,
    pub(crate) sampled: bool,
}

impl Parent {
    /// Reads the header's value; none where it is not one, which means that the call belongs to no trace.
    #[must_use]
    pub fn read(header: &str) -> Option<Self> {
        let known = header.get(..LENGTH)?;
        let mut parts = known.split('-');
        let [version, trace, span, flags] = [(); 4].map(|()| parts.next());
        let version = hexadecimal::<1>(version?)?;
        // What a later version adds at the end is not ours to read.
        let rest = header.get(LENGTH..)?;
        let whole = match version {
            [0] => rest.is_empty(),
            [0xff] => false,
            _ => rest.is_empty() || rest.starts_with('-'),
        };
        let trace = Uuid::from_bytes(hexadecimal(trace?)?);
        let span = NonZeroU64::new(u64::from_be_bytes(hexadecimal(span?)?))?;
        let [flags] = hexadecimal(flags?)?;
        (whole && !trace.is_nil()).then_some(Self {
            trace,
            span,
            sampled: flags & SAMPLED != 0,
        })
    }
}

/// Exactly so many bytes, in lower case.
fn hexadecimal<const N: usize>(text: &str) -> Option<[u8; N]> {
    let digit = |character: u8| match character {
        b'0'..=b'9' => Some(character - b'0'),
        b'a'..=b'f' => Some(character - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    if pairs.len() != N || !rest.is_empty() {
        return None;
    }
    let mut bytes = [0; N];
    for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
        *byte = (digit(*high)? << 4) | digit(*low)?;
    }
    Some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

    #[test]
    fn what_is_written_is_read_again() {
        for sampled in [true, false] {
            let context = Context {
                trace: Uuid::now_v7(),
                span: NonZeroU64::new(0x12).unwrap(),
                sampled,
                service: "echo",
            };
            let text = context.to_string();
            assert_eq!(text.len(), LENGTH);
            let read = Parent::read(&text).unwrap();
            assert_eq!(
                (read.trace, read.span, read.sampled),
                (context.trace, context.span, sampled)
            );
        }
    }

    #[test]
    fn the_standard_s_example_is_read() {
        let read = Parent::read(TEXT).unwrap();
        let trace = "0af7651916cd43dd8448eb211c80319c";
        assert_eq!(read.trace.as_simple().to_string(), trace);
        assert_eq!(read.span.get(), 0xb7ad_6b71_6920_3331);
        assert!(read.sampled);
        // Other flags are others' business; a later version may say more.
        let unsampled = TEXT.replace("-01", "-fe");
        assert!(!Parent::read(&unsampled).unwrap().sampled);
        let later = TEXT.replacen("00-", "cc-", 1) + "-what-the-future-holds";
        assert_eq!(Parent::read(&later), Some(read));
    }

    #[test]
    fn anything_else_belongs_to_no_trace() {
        let long = format!("{TEXT}-00");
        let glued = TEXT.replacen("00-", "cc-", 1) + ".more";
        for wrong in [
            "",
            "00",
            &TEXT[..54],
            &long,
            &glued,
            &TEXT.to_uppercase(),
            &TEXT.replacen("00-", "ff-", 1),
            &TEXT.replacen("00-", "0x-", 1),
            &TEXT.replace("0af7651916cd43dd8448eb211c80319c", &"0".repeat(32)),
            &TEXT.replace("b7ad6b7169203331", &"0".repeat(16)),
            &TEXT.replace('-', "_"),
            &TEXT.replace("-01", "-0g"),
            "00-0af7651916cd43dd8448eb211c80319-cb7ad6b7169203331-01",
            "戶政戶政戶政戶政戶政戶政戶政戶政戶政戶政戶",
        ] {
            assert_eq!(Parent::read(wrong), None, "{wrong}");
        }
    }
}
