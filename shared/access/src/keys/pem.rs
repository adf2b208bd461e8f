//! The textual encoding of keys (RFC 7468), as much of it as keys need.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

const BEGIN_PUBLIC: &str = "-----BEGIN PUBLIC KEY-----";
const END_PUBLIC: &str = "-----END PUBLIC KEY-----";

/// The DER of the only `PRIVATE KEY` block; `None` where there is none, more than one, or something else inside.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    block(text, BEGIN, END)
}

/// The DER of each of several `PRIVATE KEY` blocks, in their order; `None` where there is something else among them.
pub(crate) fn decode_all(text: &str) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    text.split_inclusive(END)
        .filter(|part| !part.trim().is_empty())
        .map(decode)
        .collect()
}

/// The same of a `PUBLIC KEY` block.
pub(super) fn decode_public(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    block(text, BEGIN_PUBLIC, END_PUBLIC)
}

fn block(text: &str, begin: &str, end: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, after) = text.split_once(begin)?;
    let (body, rest) = after.split_once(end)?;
    if rest.contains("-----BEGIN") {
        return None;
    }
    let packed: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    STANDARD.decode(packed.as_bytes()).ok().map(Zeroizing::new)
}

/// `der` as one `PRIVATE KEY` block.
pub(crate) fn encode(der: &[u8]) -> String {
    let packed = Zeroizing::new(STANDARD.encode(der));
    let mut text =
        String::with_capacity(packed.len() + packed.len() / 64 + BEGIN.len() + END.len() + 3);
    text.push_str(BEGIN);
    for (at, character) in packed.chars().enumerate() {
        if at % 64 == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push('\n');
    text.push_str(END);
    text.push('\n');
    text
}
