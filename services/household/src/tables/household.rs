//! 戶籍資料: one row for each household (data standard 14).

use chrono::NaiveDate;
use identifiers::{AreaCode, HouseholdNo, Neighbourhood, PersonId};
use sea_orm::entity::prelude::*;

/// A household and its doorplate.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "household")]
pub struct Model {
    /// 戶號
    #[sea_orm(primary_key, auto_increment = false)]
    pub household_no: HouseholdNo,
    /// 戶別
    pub household_type: String,
    /// 戶長
    pub head_id: Option<PersonId>,
    /// 行政區代碼
    pub area_code: AreaCode,
    /// 村里
    pub village: Option<String>,
    /// 鄰
    pub neighbor: Option<Neighbourhood>,
    /// 門牌
    #[sea_orm(indexed)]
    pub street_doorplate: String,
    /// 立戶日期
    pub established_on: Option<NaiveDate>,
}
