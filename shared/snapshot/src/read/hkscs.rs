//! Eleven symbols that Big5-HKSCS maps otherwise than Big5 as Taiwan's systems write it.
//!
//! One decoder (WHATWG Big5) reads both: it holds the Hong Kong characters and, for the symbols below, the mapping of
//! Microsoft's code page 950. A part that is declared `big5-hkscs` was written with the mapping of HKSCS-2004 (as glibc and
//! Python have it), so these are put right. No other byte sequence decodes to them, and no character of a name is among them.

use std::borrow::Cow;

/// As decoded, and as HKSCS means it.
const SYMBOLS: [(char, char); 11] = [
    ('\u{AF}', '\u{203E}'),   // A1C2
    ('\u{2027}', '\u{2022}'), // A145
    ('\u{2215}', '\u{FF0F}'), // A241
    ('\u{2295}', '\u{2641}'), // A1F2
    ('\u{2299}', '\u{2609}'), // A1F3
    ('\u{FE51}', '\u{FF64}'), // A14E
    ('\u{FE68}', '\u{FF3C}'), // A242
    ('\u{FF5E}', '\u{223C}'), // A1E3
    ('\u{FFE0}', '\u{A2}'),   // A246
    ('\u{FFE1}', '\u{A3}'),   // A247
    ('\u{FFE5}', '\u{A5}'),   // A244
];

fn meant(character: char) -> char {
    SYMBOLS
        .iter()
        .find(|(decoded, _)| *decoded == character)
        .map_or(character, |(_, meant)| *meant)
}

/// The text with the eleven symbols put right.
pub(crate) fn symbols(text: &str) -> Cow<'_, str> {
    if text.chars().any(|character| meant(character) != character) {
        Cow::Owned(text.chars().map(meant).collect())
    } else {
        Cow::Borrowed(text)
    }
}
