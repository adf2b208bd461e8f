//! 國民身分證: the card in force of each person.

use chrono::NaiveDate;
use identifiers::NationalId;
use sea_orm::entity::prelude::*;

/// The identity card in force.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "id_card")]
#[snapshot(related)]
pub struct Model {
    /// 身分證統一編號
    #[sea_orm(primary_key, auto_increment = false)]
    pub national_id: NationalId,
    /// 發證日期
    pub issued_on: NaiveDate,
    /// 發證地點
    pub issue_place: Option<String>,
    /// 領補換類別：初領、補領、換領
    pub issue_type: Option<String>,
}

/// Whose card it is.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {
    /// The person.
    #[sea_orm(
        belongs_to = "super::person::Entity",
        from = "Column::NationalId",
        to = "super::person::Column::NationalId"
    )]
    Person,
}

impl Related<super::person::Entity> for Entity {
    fn to() -> RelationDef {
        Relation::Person.def()
    }
}

impl ActiveModelBehavior for ActiveModel {}
