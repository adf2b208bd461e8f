//! 繳納紀錄: one row for each payment of a notice.

use chrono::NaiveDate;
use identifiers::RecordNo;
use sea_orm::entity::prelude::*;

/// A payment.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "payment")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 繳納編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub payment_no: RecordNo,
    /// 繳款書或核定通知書編號
    #[sea_orm(indexed)]
    pub notice_no: RecordNo,
    /// 繳納日期
    pub paid_on: NaiveDate,
    /// 繳納金額, in whole New Taiwan dollars.
    pub amount: i64,
    /// 繳納管道
    pub channel: Option<String>,
}
