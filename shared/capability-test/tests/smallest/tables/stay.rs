//! 收容紀錄: one row for each stay of a person in a shelter.

use chrono::NaiveDate;
use identifiers::{PersonId, RecordNo};
use sea_orm::entity::prelude::*;

/// A stay.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "stay")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 身分證統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// 入住日期
    #[sea_orm(primary_key, auto_increment = false)]
    pub from: NaiveDate,
    /// 收容所編號
    pub shelter_no: RecordNo,
    /// 離開日期
    pub to: Option<NaiveDate>,
}
