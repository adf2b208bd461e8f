//! UI numbers of residents without household registration.

use chrono::NaiveDate;

use crate::identifier::identifier;
use crate::{Invalid, check_digit};

identifier! {
    /// Unified identification number (外來人口統一證號) of a foreign or otherwise unregistered resident.
    ///
    /// Since 2021-01-02 a letter, 8 or 9, seven digits and a check digit. The older form, a letter, `A` to `D` and eight
    /// digits, parses for as long as records hold it; [`UiNumber::is_valid_on`] says whether it still counts.
    /// Source: National Immigration Agency, 新式外來人口統一證號.
    UiNumber[10], personal;
    "UI number", "外來人口統一證號", "^[A-Z][A-D89][0-9]{8}$", "A800000014";
    |raw| check_digit::parse(raw, second)
}

/// The second character.
fn second(byte: u8) -> bool {
    matches!(byte, b'8' | b'9' | b'A'..=b'D')
}

/// Which of the two forms a UI number has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum UiForm {
    /// One letter and nine digits, given since 2021-01-02.
    Since2021,
    /// Two letters and eight digits, out of use from 2031-01-01.
    Old,
}

impl UiNumber {
    /// The number that begins with `head` (nine characters, either form), for inventing people.
    ///
    /// # Errors
    /// [`Invalid`] when `head` is not the first nine characters of a UI number.
    pub fn with_check_digit(head: &str) -> Result<Self, Invalid> {
        check_digit::complete(head, second)
    }

    /// Which form it has.
    #[must_use]
    pub fn form(&self) -> UiForm {
        match self.0.bytes().get(1) {
            Some(b'8' | b'9') => UiForm::Since2021,
            _ => UiForm::Old,
        }
    }

    /// Whether it may be used on that day: the old form is out of use from 2031-01-01 (民國120年).
    #[must_use]
    pub fn is_valid_on(&self, day: NaiveDate) -> bool {
        self.form() == UiForm::Since2021
            || NaiveDate::from_ymd_opt(2031, 1, 1).is_some_and(|end| day < end)
    }
}
