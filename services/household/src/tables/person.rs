//! 個人戶籍資料: one row for each person in the register (data standard 12).

use chrono::NaiveDate;
use identifiers::{HouseholdNo, NationalId, PersonId, PersonName};
use sea_orm::entity::prelude::*;

/// A person in the household register.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "person")]
#[snapshot(related)]
pub struct Model {
    /// 身分證統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub national_id: NationalId,
    /// 姓名
    pub name: PersonName,
    /// 羅馬拼音姓名
    pub name_latin: Option<PersonName>,
    /// 出生日期
    #[sea_orm(indexed)]
    pub birth_date: NaiveDate,
    /// 性別
    pub sex: String,
    /// 出生地
    pub birth_place: Option<String>,
    /// 出生別
    pub birth_order: Option<String>,
    /// 役別
    pub military_status: Option<String>,
    /// 原住民身分
    pub indigenous_status: Option<String>,
    /// 戶號
    #[sea_orm(indexed)]
    pub household_no: HouseholdNo,
    /// 稱謂
    pub relation_to_head: Option<String>,
    /// 父
    #[sea_orm(indexed)]
    pub father_id: Option<PersonId>,
    /// 母
    #[sea_orm(indexed)]
    pub mother_id: Option<PersonId>,
    /// 配偶
    pub spouse_id: Option<PersonId>,
    /// 養父
    #[sea_orm(indexed)]
    pub adoptive_father_id: Option<PersonId>,
    /// 養母
    #[sea_orm(indexed)]
    pub adoptive_mother_id: Option<PersonId>,
    /// 戶籍狀態：現戶、除戶
    pub register_status: String,
    /// 戶籍狀態日期
    pub status_date: Option<NaiveDate>,
    /// 保護註記
    pub protected: bool,
    /// 記事
    pub register_note: Option<String>,
}

/// What a person is joined with.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The identity card in force.
    #[sea_orm(has_one = "super::id_card::Entity")]
    IdCard,
    /// The household the person is registered in.
    #[sea_orm(
        belongs_to = "super::household::Entity",
        from = "Column::HouseholdNo",
        to = "super::household::Column::HouseholdNo"
    )]
    Household,
}

impl Related<super::id_card::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::IdCard.def()
    }
}

impl Related<super::household::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Household.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
