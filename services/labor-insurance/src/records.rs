//! What answers look like. Numbers of persons are masked for their audience; money is in whole New Taiwan dollars.

use capability::Audience;
use chrono::NaiveDate;
use identifiers::mask::Masked;
use identifiers::{InsuredUnitNo, RecordNo};
use serde::Serialize;
use utoipa::ToSchema;

use crate::tables::{benefit_claim, coverage};

/// A time in which somebody was insured in a unit. 加退保紀錄
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CoverageRecord {
    /// 被保險人統一編號
    person_id: Masked,
    /// 保險證號
    unit_no: InsuredUnitNo,
    /// 投保單位名稱
    unit_name: Option<String>,
    /// 加保日期
    enrolled_on: NaiveDate,
    /// 退保日期; null while it lasts.
    withdrawn_on: Option<NaiveDate>,
    /// 月投保薪資
    insured_salary: i64,
    /// 異動原因
    reason: Option<String>,
}

impl CoverageRecord {
    pub(crate) fn new(row: coverage::Model, audience: Audience) -> Self {
        Self {
            person_id: audience.id(row.person_id),
            unit_no: row.unit_no,
            unit_name: row.unit_name,
            enrolled_on: row.enrolled_on,
            withdrawn_on: row.withdrawn_on,
            insured_salary: row.insured_salary,
            reason: row.reason,
        }
    }
}

/// A claim of a benefit. 給付申請
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ClaimRecord {
    /// 給付申請編號
    claim_no: RecordNo,
    /// 被保險人統一編號
    person_id: Masked,
    /// 給付種類
    #[schema(example = "傷病給付")]
    kind: String,
    /// 申請日期
    filed_on: NaiveDate,
    /// 辦理情形
    status: String,
    /// 金額
    amount: Option<i64>,
    /// 給付日期
    paid_on: Option<NaiveDate>,
}

impl ClaimRecord {
    pub(crate) fn new(row: benefit_claim::Model, audience: Audience) -> Self {
        Self {
            claim_no: row.claim_no,
            person_id: audience.id(row.person_id),
            kind: row.kind,
            filed_on: row.filed_on,
            status: row.status,
            amount: row.amount,
            paid_on: row.paid_on,
        }
    }
}
