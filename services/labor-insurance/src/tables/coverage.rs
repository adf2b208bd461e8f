//! 加退保紀錄: one row for each time that somebody was insured in a unit.

use chrono::NaiveDate;
use identifiers::{InsuredUnitNo, PersonId};
use sea_orm::entity::prelude::*;

/// A coverage, from enrolling to withdrawing, both days insured.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "coverage")]
#[snapshot(may_be_absent, index(unit_no, person_id))]
pub struct Model {
    /// 被保險人統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub person_id: PersonId,
    /// 保險證號
    #[sea_orm(primary_key, auto_increment = false)]
    pub unit_no: InsuredUnitNo,
    /// 加保日期
    #[sea_orm(primary_key, auto_increment = false)]
    pub enrolled_on: NaiveDate,
    /// 退保日期; none while it lasts.
    pub withdrawn_on: Option<NaiveDate>,
    /// 月投保薪資, in whole New Taiwan dollars.
    pub insured_salary: i64,
    /// 投保單位名稱
    pub unit_name: Option<String>,
    /// 異動原因
    pub reason: Option<String>,
}
