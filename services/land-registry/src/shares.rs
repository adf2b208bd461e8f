//! Whether the shares of an object add up to the whole.

use std::collections::HashSet;

use identifiers::{Fraction, Invalid, Share, ShareType};
use serde::Serialize;
use utoipa::ToSchema;

/// The sum of an object's shares, exactly. Where it is not one, the register itself is wrong or incomplete, and whoever
/// relies on it must know. 權利範圍合計
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Shares {
    /// 權利範圍合計（約分後）; null where a share is none or the sum has more than 128 bits.
    pub(crate) sum: Option<Fraction>,
    /// 合計是否等於一
    pub(crate) complete: bool,
    /// 是否有公同共有
    pub(crate) joint: bool,
}

/// A share as a row writes it; an error where the numbers are no share.
pub(crate) fn share(
    class: Option<ShareType>,
    numerator: i64,
    denominator: i64,
) -> Result<Share, Invalid> {
    // A negative number is no share, and neither is zero.
    let natural = |number: i64| u64::try_from(number).unwrap_or_default();
    Share::new(class, natural(numerator), natural(denominator))
}

/// Adds the shares of one object. What is held jointly (公同共有) stands in the entry of each holder and counts once.
pub(crate) fn add(shares: impl IntoIterator<Item = Result<Share, Invalid>>) -> Shares {
    let mut joint = HashSet::new();
    let mut sum = Ok(Fraction::ZERO);
    for share in shares {
        let counts = match &share {
            Ok(share) if share.class() == Some(ShareType::Joint) => joint.insert(share.fraction()),
            _ => true,
        };
        if counts {
            sum = sum.and_then(|sum: Fraction| sum.plus(share?.fraction()));
        }
    }
    let sum = sum.ok();
    Shares {
        sum,
        complete: sum == Some(Fraction::ONE),
        joint: !joint.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Class, numerator and denominator of each entry.
    type Entries = &'static [(&'static str, i64, i64)];

    #[test]
    fn shares_are_added_exactly_and_a_sum_that_is_not_one_is_said() {
        let cases: [(Entries, Option<&str>, bool, bool); 12] = [
            (&[("A", 1, 1)], Some("1/1"), true, false),
            (&[("", 1, 2), ("", 1, 2)], Some("1/1"), true, false),
            (
                &[("", 1, 3), ("", 1, 3), ("", 1, 3)],
                Some("1/1"),
                true,
                false,
            ),
            (&[("", 1, 3), ("", 1, 3)], Some("2/3"), false, false),
            (&[("", 3, 4), ("", 1, 2)], Some("5/4"), false, false),
            (
                &[("", 333_333, 1_000_000), ("", 666_667, 1_000_000)],
                Some("1/1"),
                true,
                false,
            ),
            (
                &[("", 333_333, 1_000_000), ("", 666_666, 1_000_000)],
                Some("999999/1000000"),
                false,
                false,
            ),
            (
                &[("B", 1, 1), ("B", 1, 1), ("B", 1, 1)],
                Some("1/1"),
                true,
                true,
            ),
            (
                &[("", 1, 2), ("B", 1, 2), ("B", 1, 2)],
                Some("1/1"),
                true,
                true,
            ),
            (&[], Some("0/1"), false, false),
            (&[("", 0, 1), ("", 1, 1)], None, false, false),
            (&[("", 1, 2), ("", -1, 2)], None, false, false),
        ];
        for (entries, sum, complete, joint) in cases {
            let shares = entries.iter().map(|(class, numerator, denominator)| {
                share(class.parse().ok(), *numerator, *denominator)
            });
            let expected = Shares {
                sum: sum.map(|sum| sum.parse().unwrap()),
                complete,
                joint,
            };
            assert_eq!(add(shares), expected, "{entries:?}");
        }
    }
}
