//! An estimate with each of its steps.

use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

/// What a benefit would come to, and how. 給付試算
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Benefit {
    /// 給付名稱
    #[schema(example = "老年年金給付")]
    pub(crate) benefit: &'static str,
    /// The result in whole dollars; half a dollar and more goes up. 金額（新臺幣元，元以下四捨五入）
    pub(crate) amount: i64,
    /// What the amount is paid for: `month`, or `whole` for all of it together. 給付單位：按月、合計
    pub(crate) per: Per,
    /// Months for which it is paid at most, where there is a bound. 最長給付月數
    pub(crate) most_months: Option<u32>,
    /// The first and last day that it is paid for, where they are known. 給付起迄
    pub(crate) paid_from: Option<NaiveDate>,
    /// The last day. 給付迄日
    pub(crate) paid_to: Option<NaiveDate>,
    /// Each step of the computation. 計算步驟
    pub(crate) steps: Vec<Step>,
    /// What the law asks for besides, and whether the record meets it. 請領條件
    pub(crate) conditions: Vec<Condition>,
    /// 法令依據
    #[schema(example = "勞工保險條例第58條之1")]
    pub(crate) law: &'static str,
}

/// What an amount is paid for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Per {
    /// 按月
    Month,
    /// 合計
    Whole,
}

/// One step.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Step {
    /// What is computed. 項目
    pub(crate) what: &'static str,
    /// How, with the values put in. 算式
    #[schema(example = "40000 × 30 × 1.55%")]
    pub(crate) how: String,
    /// What comes out, exactly: a whole number or a fraction. 結果
    #[schema(example = "18600")]
    pub(crate) result: String,
}

impl Step {
    #[expect(
        clippy::needless_pass_by_value,
        reason = "callers hand over what they have just computed"
    )]
    pub(crate) fn new(what: &'static str, how: String, result: impl ToString) -> Self {
        Self {
            what,
            how,
            result: result.to_string(),
        }
    }
}

/// One condition.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct Condition {
    /// 條件
    pub(crate) what: &'static str,
    /// The same in English. 理由（英文）
    pub(crate) what_en: &'static str,
    /// Whether the record meets it; null where the record cannot tell. 是否符合
    pub(crate) met: Option<bool>,
}

/// An exact amount as people write it: whole where it is.
pub(crate) fn shown(value: identifiers::Fraction) -> String {
    if value.denominator() == 1 {
        value.numerator().to_string()
    } else {
        value.to_string()
    }
}
