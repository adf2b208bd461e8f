//! The textual encoding of keys (RFC 7468), as much of it as a private key needs.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use zeroize::Zeroizing;

const BEGIN: &str = "-----BEGIN PRIVATE KEY-----";
const END: &str = "-----END PRIVATE KEY-----";

/// The DER of the only `PRIVATE KEY` block; `None` where there is none, more than one, or something else inside.
pub(super) fn decode(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let (_, after) = text.split_once(BEGIN)?;
    let (body, rest) = after.split_once(END)?;
    if rest.contains("-----BEGIN") {
        return None;
    }
    let packed: Zeroizing<String> = Zeroizing::new(body.split_ascii_whitespace().collect());
    STANDARD.decode(packed.as_bytes()).ok().map(Zeroizing::new)
}

/// `der` as one `PRIVATE KEY` block.
pub(super) fn encode(der: &[u8]) -> String {
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
