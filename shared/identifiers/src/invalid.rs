//! Why a text is not the identifier it was said to be.

use std::fmt;

use crate::{About, Identifier};

/// A text broke a rule of the identifier it was read as. It never holds the text itself, so it may be logged.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Invalid {
    about: &'static About,
    rule: Rule,
}

/// The rule that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Rule {
    /// There is nothing, or nothing but white space.
    Empty,
    /// Too short or too long.
    Length,
    /// A character that may not stand at that place (counted from 1).
    Character(usize),
    /// The check digit does not belong to the rest.
    CheckDigit,
    /// Not one of the forms it may be written in.
    Form,
    /// A number outside of what it may be.
    Range,
    /// A day that is not in the calendar.
    NoSuchDay,
    /// A control character (counted from 1).
    ControlCharacter(usize),
    /// Where the dash belongs cannot be told: write it.
    DashNeeded,
    /// The exact result needs more than 128 bits.
    TooLarge,
}

impl Rule {
    /// Its name for machines, in kebab case.
    #[must_use]
    pub fn slug(self) -> &'static str {
        match self {
            Self::Empty => "empty",
            Self::Length => "length",
            Self::Character(_) => "character",
            Self::CheckDigit => "check-digit",
            Self::Form => "form",
            Self::Range => "range",
            Self::NoSuchDay => "no-such-day",
            Self::ControlCharacter(_) => "control-character",
            Self::DashNeeded => "dash-needed",
            Self::TooLarge => "too-large",
        }
    }

    /// Why a text that has none of its forms is refused: there is nothing at all, or something else.
    pub(crate) fn no_form_of<T: Identifier>(raw: &str) -> Invalid {
        if raw.is_empty() {
            Self::Empty.of::<T>()
        } else {
            Self::Form.of::<T>()
        }
    }

    pub(crate) fn of<T: Identifier>(self) -> Invalid {
        Invalid {
            about: T::ABOUT,
            rule: self,
        }
    }
}

impl Invalid {
    /// The rule that failed.
    #[must_use]
    pub fn rule(&self) -> Rule {
        self.rule
    }

    /// What the text was read as.
    #[must_use]
    pub fn about(&self) -> &'static About {
        self.about
    }

    /// A sentence in English for the person who wrote the value.
    #[must_use]
    pub fn english(&self) -> String {
        let About { name, pattern, .. } = self.about;
        match self.rule {
            Rule::Empty => format!("{name}: must not be empty"),
            Rule::Length => format!("{name}: has the wrong length; it is written {pattern}"),
            Rule::Character(at) => {
                format!("{name}: character {at} may not stand there; it is written {pattern}")
            }
            Rule::CheckDigit => {
                format!("{name}: the check digit does not match; look for a mistyped character")
            }
            Rule::Form => {
                format!("{name}: is not written in a known form; it is written {pattern}")
            }
            Rule::Range => format!("{name}: is out of range; it is written {pattern}"),
            Rule::NoSuchDay => format!("{name}: there is no such day in the calendar"),
            Rule::ControlCharacter(at) => format!("{name}: character {at} is a control character"),
            Rule::DashNeeded => {
                format!("{name}: write the dash, without it the value can be read in several ways")
            }
            Rule::TooLarge => format!("{name}: the exact result is too large"),
        }
    }

    /// The same sentence in Chinese as written in Taiwan.
    #[must_use]
    pub fn chinese(&self) -> String {
        let About { term, pattern, .. } = self.about;
        match self.rule {
            Rule::Empty => format!("{term}：不得空白"),
            Rule::Length => format!("{term}：長度不符，格式為 {pattern}"),
            Rule::Character(at) => format!("{term}：第 {at} 個字元不符，格式為 {pattern}"),
            Rule::CheckDigit => format!("{term}：檢查碼不符，請確認有無誤植"),
            Rule::Form => format!("{term}：格式不符，格式為 {pattern}"),
            Rule::Range => format!("{term}：超出範圍，格式為 {pattern}"),
            Rule::NoSuchDay => format!("{term}：查無此日期"),
            Rule::ControlCharacter(at) => format!("{term}：第 {at} 個字元為控制字元"),
            Rule::DashNeeded => format!("{term}：請加註「-」，否則無法判讀"),
            Rule::TooLarge => format!("{term}：計算結果過大"),
        }
    }
}

impl fmt::Display for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.english())
    }
}

impl fmt::Debug for Invalid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Invalid({}: {:?})", self.about.name, self.rule)
    }
}

impl std::error::Error for Invalid {}
