//! Numbers of businesses and other organisations.

use crate::identifier::identifier;
use crate::text::Text;
use crate::{Invalid, Rule};

const WEIGHTS: [u32; 8] = [1, 2, 1, 2, 1, 2, 4, 1];

identifier! {
    /// Unified business number (統一編號) of a company, business or organisation.
    ///
    /// The digits of digit × weight are added up; the sum is a multiple of 5, or, where the seventh digit is 7, the sum
    /// plus one may be. Until April 2023 it had to be a multiple of 10. That a number is well-formed says nothing about
    /// whether it was ever given. Source: Ministry of Finance, 營利事業統一編號檢查碼邏輯修正說明 (2023-04-01).
    Ubn[8], public;
    "unified business number", "統一編號", "^[0-9]{8}$", "04595257";
    |raw| {
        let text = Text::digits(raw)?;
        if checks(text.bytes(), 5) { Ok(text) } else { Err(Rule::CheckDigit) }
    }
}

fn checks(digits: &[u8], modulus: u32) -> bool {
    let products = digits
        .iter()
        .zip(WEIGHTS)
        .map(|(&byte, weight)| u32::from(byte.wrapping_sub(b'0')) * weight);
    let sum: u32 = products.map(|product| product / 10 + product % 10).sum();
    sum.is_multiple_of(modulus)
        || (digits.get(6) == Some(&b'7') && (sum + 1).is_multiple_of(modulus))
}

impl Ubn {
    /// A number that begins with `head` (seven digits), for inventing organisations. Of the digits that fit, it takes one
    /// that also passes the rule before 2023, so that dated software accepts it.
    ///
    /// # Errors
    /// [`Invalid`] when `head` is not seven digits.
    pub fn with_check_digit(head: &str) -> Result<Self, Invalid> {
        let head: Text<7> = Text::digits(head).map_err(Rule::of::<Self>)?;
        (0..10)
            .map(|digit| format!("{}{digit}", head.as_str()))
            .find(|number| checks(number.as_bytes(), 10))
            .ok_or_else(|| Rule::CheckDigit.of::<Self>())?
            .parse()
    }

    /// Whether it also passes the rule before April 2023, which other software may still apply.
    #[must_use]
    pub fn passes_rule_before_2023(&self) -> bool {
        checks(self.0.bytes(), 10)
    }
}
