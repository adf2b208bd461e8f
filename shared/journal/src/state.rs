//! How far an application has come.

use std::fmt;
use std::str::FromStr;

use sea_orm::{DeriveActiveEnum, EnumIter};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How far an application has come. 案件狀態
#[derive(
    Clone,
    Copy,
    Debug,
    PartialEq,
    Eq,
    Hash,
    Serialize,
    Deserialize,
    ToSchema,
    EnumIter,
    DeriveActiveEnum,
)]
#[serde(rename_all = "kebab-case")]
#[sea_orm(rs_type = "String", db_type = "Text")]
pub enum State {
    /// 已收件: it is on disk, and the applicant has a receipt.
    #[sea_orm(string_value = "received")]
    Received,
    /// 已轉送: it was handed on towards the agency: the queue has taken it over for good, or an export holds it.
    #[sea_orm(string_value = "forwarded")]
    Forwarded,
    /// 已核准
    #[sea_orm(string_value = "accepted")]
    Accepted,
    /// 已駁回
    #[sea_orm(string_value = "rejected")]
    Rejected,
    /// 待補件
    #[sea_orm(string_value = "needs-more")]
    NeedsMore,
}

impl State {
    /// The name as it is stored and shown.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Forwarded => "forwarded",
            Self::Accepted => "accepted",
            Self::Rejected => "rejected",
            Self::NeedsMore => "needs-more",
        }
    }

    /// Whether an application may go on from here to `next`. A decision is final; what needs more may need more again.
    #[must_use]
    pub const fn may_become(self, next: Self) -> bool {
        match self {
            Self::Received => !matches!(next, Self::Received),
            Self::Forwarded | Self::NeedsMore => {
                matches!(next, Self::Accepted | Self::Rejected | Self::NeedsMore)
            }
            Self::Accepted | Self::Rejected => false,
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}

/// Not the name of a state.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("one of received, forwarded, accepted, rejected, needs-more")]
pub struct NotAState;

impl FromStr for State {
    type Err = NotAState;

    fn from_str(text: &str) -> Result<Self, NotAState> {
        [
            Self::Received,
            Self::Forwarded,
            Self::Accepted,
            Self::Rejected,
            Self::NeedsMore,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .ok_or(NotAState)
    }
}

#[cfg(test)]
mod tests {
    use super::State::{Accepted, Forwarded, NeedsMore, Received, Rejected};

    #[test]
    fn an_application_goes_forward_and_a_decision_is_final() {
        let all = [Received, Forwarded, Accepted, Rejected, NeedsMore];
        let ways: Vec<_> = all
            .into_iter()
            .flat_map(|from| all.map(|to| (from, to)))
            .filter(|(from, to)| from.may_become(*to))
            .collect();
        assert_eq!(
            ways,
            [
                (Received, Forwarded),
                (Received, Accepted),
                (Received, Rejected),
                (Received, NeedsMore),
                (Forwarded, Accepted),
                (Forwarded, Rejected),
                (Forwarded, NeedsMore),
                (NeedsMore, Accepted),
                (NeedsMore, Rejected),
                (NeedsMore, NeedsMore),
            ]
        );
        for state in all {
            assert_eq!(state.as_str().parse(), Ok(state));
        }
    }
}
