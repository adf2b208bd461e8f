use chrono::NaiveDate;
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::enrolment;

/// A period of insurance. 承保紀錄
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Period {
    /// 投保日期
    pub(crate) from: NaiveDate,
    /// 退保日期（當日仍在保）；null while it goes on.
    pub(crate) to: Option<NaiveDate>,
    /// 投保身分類別
    #[schema(example = "第1類第3目")]
    pub(crate) category: String,
    /// 投保單位代號
    pub(crate) unit_no: Option<String>,
    /// 投保單位名稱
    pub(crate) unit_name: Option<String>,
    /// 投保金額（新臺幣元）
    pub(crate) insured_amount: i64,
    /// 眷屬人數
    pub(crate) dependants: i32,
}

impl From<enrolment::Model> for Period {
    fn from(enrolment: enrolment::Model) -> Self {
        Self {
            from: enrolment.from,
            to: enrolment.to,
            category: enrolment.category,
            unit_no: enrolment.unit_no,
            unit_name: enrolment.unit_name,
            insured_amount: enrolment.insured_amount,
            dependants: enrolment.dependants,
        }
    }
}
