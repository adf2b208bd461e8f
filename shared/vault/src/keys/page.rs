//! The page that a custodian prints and keeps: number, ceremony, words and QR code, in Traditional Chinese and English.

use std::fmt::Write as _;

use chrono::SecondsFormat;
use qrcode::render::svg;
use qrcode::{EcLevel, QrCode};
use zeroize::Zeroizing;

use super::ceremony::CeremonyFault;
use super::master::MasterPublic;
use super::share::CustodianShare;

/// It loads nothing from anywhere and runs nothing.
const PAGE: &str = include_str!("page.html");

/// The page of a share. Secret.
pub(super) fn of(
    master: &MasterPublic,
    share: &CustodianShare,
) -> Result<Zeroizing<Vec<u8>>, CeremonyFault> {
    let file = share.to_bytes()?;
    let code = QrCode::with_error_correction_level(&*file, EcLevel::M)
        .map_err(|fault| CeremonyFault::Page(fault.to_string()))?;
    let picture = Zeroizing::new(
        code.render::<svg::Color<'_>>()
            .min_dimensions(300, 300)
            .build(),
    );
    // The XML declaration does not belong inside of HTML.
    let picture = picture.find("<svg").map_or("", |at| &picture[at..]);
    let mut words = Zeroizing::new(String::with_capacity(24 * 20));
    for word in share.words()?.split(' ') {
        // Writing to a string cannot fail.
        let _ = writeln!(*words, "<li>{word}</li>");
    }
    let number = share.custodian().to_string();
    let (threshold, custodians) = share.numbers();
    let members = [
        ("i", number.as_str()),
        ("t", &threshold.to_string()),
        ("m", &custodians.to_string()),
        ("ceremony", &share.ceremony().to_string()),
        (
            "created",
            &master.created.to_rfc3339_opts(SecondsFormat::Secs, true),
        ),
        ("fingerprint", &master.fingerprint().to_string()),
        ("words", &words),
        ("qr", picture),
    ];
    fill(&members).map(|page| Zeroizing::new(page.into_bytes()))
}

/// Puts the members into the page. Braces of the style sheet, which hold no member's name, stay.
fn fill(members: &[(&str, &str)]) -> Result<String, CeremonyFault> {
    let values: usize = members.iter().map(|(_, value)| value.len()).sum();
    // Long enough that no copy of a secret is left behind by growing.
    let mut page = String::with_capacity(PAGE.len() + 2 * values);
    let mut rest = PAGE;
    while let Some(at) = rest.find('{') {
        let (before, from) = rest.split_at(at);
        page.push_str(before);
        let member = members.iter().find_map(|(name, value)| {
            let after = from[1..].strip_prefix(name)?.strip_prefix('}')?;
            Some((*value, after))
        });
        if let Some((value, after)) = member {
            page.push_str(value);
            rest = after;
        } else {
            page.push('{');
            rest = &from[1..];
        }
    }
    page.push_str(rest);
    if page.contains("<svg") {
        Ok(page)
    } else {
        Err(CeremonyFault::Page("no QR code was drawn".into()))
    }
}

#[cfg(test)]
mod tests {
    use rqrr::PreparedImage;

    use crate::keys::ceremony;

    /// The dark squares of the picture as a printer would draw them: `M x y h w v h H x V y` for each.
    fn drawn(page: &str) -> Vec<[usize; 4]> {
        let path = page
            .split(" d=\"")
            .nth(1)
            .unwrap()
            .split('"')
            .next()
            .unwrap();
        let squares = path.split('M').skip(1).map(|square| {
            let numbers = square.split(|sign: char| !sign.is_ascii_digit());
            let numbers: Vec<usize> = numbers.filter_map(|number| number.parse().ok()).collect();
            [numbers[0], numbers[1], numbers[2], numbers[3]]
        });
        squares.collect()
    }

    #[test]
    fn the_printed_code_is_read_as_the_share_by_a_reader_of_others() {
        let new = ceremony::hold(3, 5, runtime::clock::system().now()).unwrap();
        for share in &new.shares {
            let page = super::of(&new.master, share).unwrap();
            let squares = drawn(std::str::from_utf8(&page).unwrap());
            let side = squares
                .iter()
                .map(|[x, _, wide, _]| x + wide)
                .max()
                .unwrap()
                + 40;
            let mut paper = vec![255; side * side];
            for [x, y, wide, high] in squares {
                for row in y..y + high {
                    paper[row * side + x..row * side + x + wide].fill(0);
                }
            }
            let mut photo =
                PreparedImage::prepare_from_greyscale(side, side, |x, y| paper[y * side + x]);
            let codes = photo.detect_grids();
            assert_eq!(codes.len(), 1);
            let (_, read) = codes[0].decode().unwrap();
            assert_eq!(read.as_bytes(), &**share.to_bytes().unwrap());
        }
    }
}
