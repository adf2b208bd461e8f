//! 災害損失: what somebody lost in a disaster, to be deducted from income (所得稅法第17條, 同法施行細則第10條之1).

use serde::Serialize;
use utoipa::ToSchema;

/// The law.
const LAW: &str = "所得稅法第17條、所得稅法施行細則第10條之1";
/// Days to declare it, counted from the day after the disaster.
pub(crate) const DAYS_TO_DECLARE: u32 = 30;

/// What can be deducted if the agency finds the losses as declared. 災害損失試算
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct LossFinding {
    /// The sum of all losses. 損失總額（新臺幣元）
    pub(crate) lost: i64,
    /// What insurance and relief paid. 保險賠償及救濟金（新臺幣元）
    pub(crate) compensated: i64,
    /// What stays. 可扣除之災害損失（新臺幣元）
    pub(crate) deductible: i64,
    /// 理由
    pub(crate) reason: &'static str,
    /// The same in English. 理由（英文）
    pub(crate) reason_en: &'static str,
    /// 法令依據
    pub(crate) law: &'static str,
}

/// Losses less what was compensated, never below nothing; none where the sum is beyond what can be counted.
pub(crate) fn net_loss(
    losses: impl IntoIterator<Item = i64>,
    compensated: i64,
) -> Option<LossFinding> {
    let lost = losses.into_iter().try_fold(0_i64, i64::checked_add)?;
    Some(LossFinding {
        lost,
        compensated,
        deductible: lost.saturating_sub(compensated).max(0),
        reason: "災害損失得列舉扣除，但受有保險賠償或救濟金部分，不在此限",
        reason_en: "losses in a disaster can be deducted, less what insurance or relief paid",
        law: LAW,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_compensated_is_not_deducted() {
        for (losses, compensated, deductible) in [
            (vec![100_000, 50_000], 0, 150_000),
            (vec![100_000, 50_000], 149_999, 1),
            (vec![100_000, 50_000], 150_000, 0),
            (vec![100_000, 50_000], 150_001, 0),
            (vec![], 0, 0),
        ] {
            let lost = losses.iter().sum();
            let found = net_loss(losses, compensated).unwrap();
            assert_eq!((found.lost, found.deductible), (lost, deductible));
        }
        assert_eq!(net_loss([i64::MAX, 1], 0), None);
    }
}
