//! 他項權利部: one row for each entry of another right.

use chrono::NaiveDate;
use identifiers::{LandOffice, ObjectKind, ObjectNo, Section};
use sea_orm::entity::prelude::*;

/// An entry in the encumbrance part of a parcel or a building.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "encumbrance")]
#[snapshot(may_be_absent)]
pub struct Model {
    /// 地政事務所
    #[sea_orm(primary_key, auto_increment = false)]
    pub land_office: LandOffice,
    /// 地段
    #[sea_orm(primary_key, auto_increment = false)]
    pub section: Section,
    /// 土地或建物
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_kind: ObjectKind,
    /// 地號或建號
    #[sea_orm(primary_key, auto_increment = false)]
    pub object_no: ObjectNo,
    /// 登記次序
    #[sea_orm(primary_key, auto_increment = false)]
    pub entry_seq: String,
    /// 權利種類
    pub kind: String,
    /// 權利人
    pub holder: String,
    /// 擔保債權總金額（新臺幣元）
    pub secured_amount: Option<i64>,
    /// 債務人
    pub debtor: Option<String>,
    /// 設定義務人
    pub obligor: Option<String>,
    /// 存續期間起
    pub from: Option<NaiveDate>,
    /// 存續期間迄
    pub to: Option<NaiveDate>,
}
