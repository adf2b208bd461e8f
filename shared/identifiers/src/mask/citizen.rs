//! The view of a citizen who proved themselves with registry facts only (AAL1), on records of their own.

use unicode_segmentation::UnicodeSegmentation;

use super::{Masked, stars};
use crate::{PersonId, PersonName};

/// `A12345****`
#[must_use]
pub fn id(id: &PersonId) -> Masked {
    stars(id.as_str(), 6, 0)
}

/// The last four characters of the number of a card or another document, `********5678`: enough to tell which one it is.
#[must_use]
pub fn document_no(number: impl AsRef<str>) -> Masked {
    stars(number.as_ref(), 0, 4)
}

/// 王○明: the first and last character stay and spaces, 王○ of two, ○ of one. A character is what a reader takes for one
/// (a grapheme cluster), however many code points it has.
#[must_use]
pub fn name(name: &PersonName) -> Masked {
    let seen = |grapheme: &str| !grapheme.trim().is_empty();
    let letters = name
        .as_str()
        .graphemes(true)
        .filter(|grapheme| seen(grapheme))
        .count();
    let mut place = 0;
    let masked = name.as_str().graphemes(true).map(|grapheme| {
        if !seen(grapheme) {
            return grapheme;
        }
        place += 1;
        let first = place == 1 && letters > 1;
        let last = place == letters && letters > 2;
        if first || last { grapheme } else { "○" }
    });
    Masked(masked.collect())
}
