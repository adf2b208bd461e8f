//! The check digit shared by national IDs and UI numbers.

use crate::text::Text;
use crate::{Identifier, Invalid, Rule};

/// Values of A to Z. I, O, W and Z joined the alphabet later, hence the jumps.
const LETTERS: [u8; 26] = [
    10, 11, 12, 13, 14, 15, 16, 17, 34, 18, 19, 20, 21, 22, 35, 23, 24, 25, 26, 27, 28, 29, 32, 30,
    31, 33,
];

/// Weights of the second to the tenth character.
const WEIGHTS: [u32; 9] = [8, 7, 6, 5, 4, 3, 2, 1, 1];

/// A letter, a second character that `second` takes, seven digits and the check digit.
pub(crate) fn parse(raw: &str, second: fn(u8) -> bool) -> Result<Text<10>, Rule> {
    let text = Text::parse(raw, 10, fits(second))?;
    verify(text.bytes())?;
    Ok(text)
}

/// The number that begins with `head`, nine characters of the same form.
pub(crate) fn complete<T: Identifier>(head: &str, second: fn(u8) -> bool) -> Result<T, Invalid> {
    let head: Text<9> = Text::parse(head, 9, fits(second)).map_err(Rule::of::<T>)?;
    let head = head.as_str();
    // The last weight is 1, so the digit that is missing to the next multiple of 10 is the check digit.
    let digit = (10 - weighted_sum(head.as_bytes()) % 10) % 10;
    format!("{head}{digit}").parse()
}

/// Which character may stand where.
fn fits(second: fn(u8) -> bool) -> impl Fn(usize, u8) -> bool {
    move |at, byte| match at {
        0 => byte.is_ascii_uppercase(),
        1 => second(byte),
        _ => byte.is_ascii_digit(),
    }
}

/// The letter's tens count once and its units nine times; the sum over all characters is a multiple of 10. A letter in
/// the second place (old UI numbers) counts with its units digit only.
fn verify(id: &[u8]) -> Result<(), Rule> {
    if weighted_sum(id).is_multiple_of(10) {
        Ok(())
    } else {
        Err(Rule::CheckDigit)
    }
}

fn weighted_sum(id: &[u8]) -> u32 {
    let Some((&first, rest)) = id.split_first() else {
        return 0;
    };
    let area = letter(first);
    let own = area / 10 + area % 10 * 9;
    own + rest
        .iter()
        .zip(WEIGHTS)
        .map(|(&byte, weight)| units(byte) * weight)
        .sum::<u32>()
}

fn units(byte: u8) -> u32 {
    if byte.is_ascii_digit() {
        u32::from(byte - b'0')
    } else {
        letter(byte) % 10
    }
}

/// 0 for what is no capital letter; the callers have checked the form before.
fn letter(byte: u8) -> u32 {
    byte.checked_sub(b'A')
        .and_then(|at| LETTERS.get(usize::from(at)))
        .map_or(0, |&value| u32::from(value))
}
