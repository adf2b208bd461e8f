//! 駕籍: one row for each class of licence of a person.

use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::entity::prelude::*;

/// A driver's licence of one class.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "driver_licence")]
pub struct Model {
    /// 身分證統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// 駕照種類
    #[sea_orm(primary_key, auto_increment = false)]
    pub class: String,
    /// 發照日期
    pub issued_on: NaiveDate,
    /// 有效期限
    pub valid_until: Option<NaiveDate>,
    /// 違規記點
    pub points: i32,
    /// 駕籍狀態
    pub status: String,
}
