//! Where a household is: county, township, neighbourhood.

use crate::identifier::identifier;
use crate::text::Text;
use crate::{Invalid, Rule};

identifier! {
    /// Code of a county or special municipality (five digits) or of a township or district (eight digits)
    /// (行政區域代碼). Source: Ministry of the Interior, 省市縣市鄉鎮市區代碼: `65000` 新北市, `65000260` 貢寮區.
    AreaCode[8], public;
    "area code", "行政區域代碼", "^[0-9]{5}([0-9]{3})?$", "65000260";
    |raw| {
        let text = Text::parse(raw, 5, |_, byte| byte.is_ascii_digit())?;
        if matches!(text.bytes().len(), 5 | 8) { Ok(text) } else { Err(Rule::Length) }
    }
}

/// What an area code names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AreaLevel {
    /// 縣、市、直轄市
    County,
    /// 鄉、鎮、市、區
    Township,
}

impl AreaCode {
    /// What it names.
    #[must_use]
    pub fn level(&self) -> AreaLevel {
        if self.0.bytes().len() == 5 {
            AreaLevel::County
        } else {
            AreaLevel::Township
        }
    }

    /// The five digits of the county, of a county itself.
    #[must_use]
    pub fn county(&self) -> &str {
        self.as_str().get(..5).unwrap_or_default()
    }

    /// Whether it is that area or lies in it.
    #[must_use]
    pub fn is_within(&self, area: &Self) -> bool {
        self.as_str().starts_with(area.as_str())
    }
}

identifier! {
    /// Neighbourhood (鄰): `001` to `999`.
    Neighbourhood[3], public;
    "neighbourhood", "鄰", "^(?!000)[0-9]{3}$", "007";
    |raw| {
        let text = Text::digits(raw)?;
        if text.bytes() == b"000" { Err(Rule::Range) } else { Ok(text) }
    }
}

impl Neighbourhood {
    /// The neighbourhood of that number.
    ///
    /// # Errors
    /// [`Invalid`] outside of 1 to 999.
    pub fn new(number: u16) -> Result<Self, Invalid> {
        if (1..=999).contains(&number) {
            format!("{number:03}").parse()
        } else {
            Err(Rule::Range.of::<Self>())
        }
    }

    /// 1 to 999.
    #[must_use]
    pub fn number(self) -> u16 {
        self.0
            .bytes()
            .iter()
            .fold(0, |number, byte| number * 10 + u16::from(byte - b'0'))
    }
}
