//! 給付申請: one row for each claim of a benefit.

use chrono::NaiveDate;
use identifiers::{PersonId, RecordNo};
use sea_orm::entity::prelude::*;

/// A claim and how far it has come.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "benefit_claim")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 給付申請編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub claim_no: RecordNo,
    /// 被保險人統一編號
    #[sea_orm(indexed)]
    pub person_id: PersonId,
    /// 給付種類
    pub kind: String,
    /// 申請日期
    pub filed_on: NaiveDate,
    /// 辦理情形
    pub status: String,
    /// 金額, in whole New Taiwan dollars.
    pub amount: Option<i64>,
    /// 給付日期
    pub paid_on: Option<NaiveDate>,
}
