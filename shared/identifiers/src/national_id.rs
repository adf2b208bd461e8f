//! National ID numbers.

use crate::identifier::identifier;
use crate::{Invalid, check_digit};

identifier! {
    /// National ID number (國民身分證統一編號) of a citizen with household registration.
    ///
    /// A letter for the place of first registration, 1 or 2 for the sex, seven digits, a check digit. Lower case is not
    /// a national ID. Source: 戶籍法施行細則 and the check rule of the Ministry of the Interior.
    NationalId[10], personal;
    "national ID", "國民身分證統一編號", "^[A-Z][12][0-9]{8}$", "A123456789";
    |raw| check_digit::parse(raw, second)
}

/// The second character.
fn second(byte: u8) -> bool {
    matches!(byte, b'1' | b'2')
}

/// The sex that a number was given for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

impl NationalId {
    /// The ID that begins with `head` (nine characters), for inventing people.
    ///
    /// # Errors
    /// [`Invalid`] when `head` is not the first nine characters of a national ID.
    pub fn with_check_digit(head: &str) -> Result<Self, Invalid> {
        check_digit::complete(head, second)
    }

    /// The sex in the number. The register's own field decides where they differ.
    #[must_use]
    pub fn sex(&self) -> Sex {
        if self.0.bytes().get(1) == Some(&b'1') {
            Sex::Male
        } else {
            Sex::Female
        }
    }
}
