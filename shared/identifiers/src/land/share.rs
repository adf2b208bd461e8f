//! Shares of owners as the register writes them.

use std::fmt;
use std::str::FromStr;

use crate::code::code;
use crate::column::column_traits;
use crate::identifier::text_traits;
use crate::{Fraction, Invalid, Rule, date_form::digits};

code! {
    /// Class of a share (權利範圍類別). Most shares, the plain fractions (持分), have none.
    ShareType; "class of share", "權利範圍類別", "^[AB]$", "A";
    /// `A` 全部: the whole.
    Whole = "A",
    /// `B` 公同共有: the part is held by several owners together, undivided, and each entry names the same part.
    Joint = "B",
}

/// Share of an owner (權利範圍): class, numerator and denominator as written, `25/100` stays `25/100`.
///
/// Its text is `1/4`, or with the class before it, `A1/1`, `B1/3`. Equality is of the writing; compare and add what the
/// shares are worth by [`Share::fraction`].
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Share {
    class: Option<ShareType>,
    numerator: u64,
    denominator: u64,
}

impl Share {
    /// # Errors
    /// [`Rule::Range`] unless 0 < numerator ≤ denominator, and the two are equal in class `A`.
    pub fn new(
        class: Option<ShareType>,
        numerator: u64,
        denominator: u64,
    ) -> Result<Self, Invalid> {
        let whole_is_whole = class != Some(ShareType::Whole) || numerator == denominator;
        if numerator == 0 || numerator > denominator || !whole_is_whole {
            return Err(Rule::Range.of::<Self>());
        }
        Ok(Self {
            class,
            numerator,
            denominator,
        })
    }

    /// Class, if it has one.
    #[must_use]
    pub fn class(&self) -> Option<ShareType> {
        self.class
    }

    /// As written.
    #[must_use]
    pub fn numerator(&self) -> u64 {
        self.numerator
    }

    /// As written.
    #[must_use]
    pub fn denominator(&self) -> u64 {
        self.denominator
    }

    /// What it is worth, for comparing and adding.
    #[must_use]
    pub fn fraction(&self) -> Fraction {
        Fraction::reduced(self.numerator.into(), self.denominator.into())
    }

    /// As people read it: `全部`, `4分之1`, `公同共有3分之1`.
    #[must_use]
    pub fn shown(&self) -> String {
        let part = || {
            if self.numerator == self.denominator {
                "全部".to_owned()
            } else {
                format!("{}分之{}", self.denominator, self.numerator)
            }
        };
        match self.class {
            Some(ShareType::Joint) => format!("公同共有{}", part()),
            _ => part(),
        }
    }
}

impl FromStr for Share {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        let (class, part) = match raw.split_at_checked(1) {
            Some((class @ ("A" | "B"), part)) => (Some(class.parse()?), part),
            _ => (None, raw),
        };
        let (numerator, denominator) = part
            .split_once('/')
            .ok_or_else(|| Rule::no_form_of::<Self>(raw))?;
        let number = |text| digits::<u64>(text).map_err(Rule::of::<Self>);
        Self::new(class, number(numerator)?, number(denominator)?)
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let class = self.class.map_or("", ShareType::as_str);
        write!(f, "{class}{}/{}", self.numerator, self.denominator)
    }
}

text_traits!(Share, public; "share", "權利範圍", "^[AB]?[0-9]+/[0-9]+$", "1/4");
column_traits!(Share);
