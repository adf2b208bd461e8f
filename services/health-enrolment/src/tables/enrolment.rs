//! 承保: one row for each period of insurance of a person.

use chrono::NaiveDate;
use identifiers::PersonId;
use sea_orm::entity::prelude::*;

/// A period of insurance.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "enrolment")]
pub struct Model {
    /// 身分證統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// 投保日期
    #[sea_orm(primary_key, auto_increment = false)]
    pub from: NaiveDate,
    /// 退保日期（當日仍在保）
    pub to: Option<NaiveDate>,
    /// 投保身分類別
    pub category: String,
    /// 投保單位代號
    pub unit_no: Option<String>,
    /// 投保單位名稱
    pub unit_name: Option<String>,
    /// 投保金額（新臺幣元）
    pub insured_amount: i64,
    /// 眷屬人數
    pub dependants: i32,
}
