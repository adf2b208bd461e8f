//! 核定稅額: what a taxpayer was assessed, one row for each notice.

use chrono::NaiveDate;
use identifiers::{PartyId, RecordNo};
use sea_orm::entity::prelude::*;

/// An assessment. Money is in whole New Taiwan dollars.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "assessment")]
pub struct Model {
    /// 納稅義務人統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub taxpayer_id: PartyId,
    /// 稅目
    #[sea_orm(primary_key, auto_increment = false)]
    pub tax_type: String,
    /// 年度
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// 繳款書或核定通知書編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub notice_no: RecordNo,
    /// 核定稅額
    pub assessed: i64,
    /// 已繳金額
    pub paid: i64,
    /// 應退稅額
    pub refundable: i64,
    /// 繳納期限
    pub due_on: Option<NaiveDate>,
    /// 繳納狀態
    pub status: String,
}

impl Model {
    /// What is still to be paid; never below nothing.
    #[must_use]
    pub fn outstanding(&self) -> i64 {
        self.assessed.saturating_sub(self.paid).max(0)
    }
}
