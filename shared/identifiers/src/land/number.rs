//! Numbers that mean something only inside a land office or section.

use crate::identifier::identifier;
use crate::text::{Text, is_upper_alphanumeric};
use crate::{Invalid, Rule};

identifier! {
    /// Land office (地政事務所代碼), two characters: `AD` 松山.
    LandOffice[2], public;
    "land office", "地政事務所代碼", "^[A-Z][A-Z0-9]$", "AD";
    |raw| Text::parse(raw, 2, |at, byte| byte.is_ascii_uppercase() || (at == 1 && is_upper_alphanumeric(byte)))
}

identifier! {
    /// Section (地段代碼), four digits, unique only inside a land office.
    Section[4], public;
    "section", "地段代碼", "^[0-9]{4}$", "0453";
    Text::digits
}

identifier! {
    /// Parcel number (地號): four digits of parent and four of child number. `00020001` is shown as 2-1, `05000000` as
    /// 500; both forms are read, the eight digits are stored.
    ParcelNo[8], public;
    "parcel number", "地號", "^[0-9]{8}$", "00020001";
    |raw| parent_and_child(raw, 4)
}

identifier! {
    /// Building number (建號): five digits of parent and three of child number, shown without leading zeros like a parcel
    /// number.
    BuildingNo[8], public;
    "building number", "建號", "^[0-9]{8}$", "01234000";
    |raw| parent_and_child(raw, 5)
}

identifier! {
    /// Number of a parcel or a building (地號或建號), as entries that may refer to either carry it: the eight digits.
    ObjectNo[8], public;
    "parcel or building number", "地號或建號", "^[0-9]{8}$", "00020001";
    Text::digits
}

/// Eight digits as they are; otherwise `parent` or `parent-child` without leading zeros.
fn parent_and_child(raw: &str, parent_digits: usize) -> Result<Text<8>, Rule> {
    if raw.len() == 8 && !raw.contains('-') {
        return Text::digits(raw);
    }
    let (parent, child) = raw.split_once('-').unwrap_or((raw, "0"));
    let child_digits = 8 - parent_digits;
    if raw.is_empty() {
        return Err(Rule::Empty);
    }
    if let Some(at) = raw.chars().position(|ch| !ch.is_ascii_digit() && ch != '-') {
        return Err(Rule::Character(at + 1));
    }
    if !(1..=parent_digits).contains(&parent.len()) || !(1..=child_digits).contains(&child.len()) {
        return Err(Rule::Length);
    }
    Text::digits(&format!("{parent:0>parent_digits$}{child:0>child_digits$}"))
}

/// `00020001` as 2-1.
fn shown(number: &str, parent_digits: usize) -> String {
    let (parent, child) = number
        .split_at_checked(parent_digits)
        .unwrap_or((number, ""));
    let plain = |digits: &str| match digits.trim_start_matches('0') {
        "" => "0".to_owned(),
        digits => digits.to_owned(),
    };
    match plain(child).as_str() {
        "0" => plain(parent),
        child => format!("{}-{child}", plain(parent)),
    }
}

impl From<ParcelNo> for ObjectNo {
    fn from(number: ParcelNo) -> Self {
        Self(number.0)
    }
}

impl From<BuildingNo> for ObjectNo {
    fn from(number: BuildingNo) -> Self {
        Self(number.0)
    }
}

impl ParcelNo {
    /// As people write it: 2-1, 500.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(self.as_str(), 4)
    }

    /// The parcel of that parent number (母號) and child number (子號, 0 for none).
    ///
    /// # Errors
    /// [`Invalid`] above 9999.
    pub fn new(parent: u16, child: u16) -> Result<Self, Invalid> {
        if parent > 9999 || child > 9999 {
            Err(Rule::Range.of::<Self>())
        } else {
            format!("{parent}-{child}").parse()
        }
    }
}

impl BuildingNo {
    /// As people write it: 1234, 1234-1.
    #[must_use]
    pub fn shown(&self) -> String {
        shown(self.as_str(), 5)
    }

    /// The building of that parent and child number (0 for none).
    ///
    /// # Errors
    /// [`Invalid`] above 99999 or 999.
    pub fn new(parent: u32, child: u16) -> Result<Self, Invalid> {
        if parent > 99_999 || child > 999 {
            Err(Rule::Range.of::<Self>())
        } else {
            format!("{parent}-{child}").parse()
        }
    }
}
