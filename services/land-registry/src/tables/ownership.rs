//! 所有權部: one row for each entry of ownership.

use chrono::NaiveDate;
use identifiers::{LandOffice, ObjectKind, ObjectNo, PartyId, PersonName, Section, ShareType};
use sea_orm::entity::prelude::*;

/// An entry in the ownership part of a parcel or a building.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "ownership")]
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
    /// 所有權人統一編號
    #[sea_orm(indexed)]
    pub owner_id: PartyId,
    /// 所有權人
    pub owner_name: PersonName,
    /// 登記日期
    pub registered_on: NaiveDate,
    /// 原因發生日期
    pub cause_date: Option<NaiveDate>,
    /// 登記原因
    pub reg_reason: Option<String>,
    /// 權利範圍類別：A 全部、B 公同共有
    pub share_type: Option<ShareType>,
    /// 權利範圍分子
    pub share_numerator: i64,
    /// 權利範圍分母
    pub share_denominator: i64,
    /// 權狀字號
    pub title_certificate_no: Option<String>,
    /// 限制登記
    pub restriction: Option<String>,
}
