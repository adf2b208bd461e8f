//! Land transcripts in three classes (土地登記規則 §24-1).

use unicode_segmentation::UnicodeSegmentation;

use super::{Masked, stars};
use crate::PartyId;

/// Who asks for the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Class {
    /// 第一類: the registered person, an heir, an officer. Everything.
    First,
    /// 第二類: anybody. No birth dates, names and IDs of people in part, no debtor, obligor or ratio of the debt;
    /// organisations and restrictions in full.
    Second,
    /// 第三類: an interested party (利害關係人). No ID, no birth date.
    Third,
}

/// Whether a name or number is a person's. Where a record does not tell, it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Party {
    /// A natural person.
    Person,
    /// Anything else, which has no privacy in the land register.
    Organisation,
}

impl From<&PartyId> for Party {
    fn from(id: &PartyId) -> Self {
        match id {
            PartyId::Person(_) => Self::Person,
            PartyId::Organisation(_) => Self::Organisation,
        }
    }
}

/// A field that a class shows whole or not at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// 出生日期
    BirthDate,
    /// 債務人
    Debtor,
    /// 設定義務人
    Obligor,
    /// 債務額比例
    DebtRatio,
    /// 限制登記
    Restriction,
}

impl Class {
    /// 王** in the second class, where it is a person's; whole otherwise. The number of stars does not tell the length.
    #[must_use]
    pub fn name(self, party: Party, name: impl AsRef<str>) -> Masked {
        let name = name.as_ref();
        if self != Self::Second || party == Party::Organisation {
            return Masked::whole(name);
        }
        let mut graphemes = name
            .graphemes(true)
            .filter(|grapheme| !grapheme.trim().is_empty());
        match (graphemes.next(), graphemes.next()) {
            (Some(first), Some(_)) => Masked(format!("{first}**")),
            _ => Masked("**".to_owned()),
        }
    }

    /// Whole in the first class, `A123*****9` of a person in the second, nothing in the third.
    #[must_use]
    pub fn id(self, id: &PartyId) -> Option<Masked> {
        match (self, id) {
            (Self::First, _) | (Self::Second, PartyId::Organisation(_)) => Some(Masked::whole(id)),
            (Self::Second, PartyId::Person(id)) => Some(stars(id.as_str(), 4, 1)),
            (Self::Third, _) => None,
        }
    }

    /// Whether that field is shown.
    #[must_use]
    pub fn shows(self, field: Field) -> bool {
        match self {
            Self::First => true,
            Self::Second => field == Field::Restriction,
            Self::Third => field != Field::BirthDate,
        }
    }
}
