//! 健保卡: one row for each card.

use chrono::NaiveDate;
use identifiers::{NhiCardNo, PersonId};
use sea_orm::entity::prelude::*;

/// A health insurance card.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, snapshot::Table)]
#[sea_orm(table_name = "nhi_card")]
pub struct Model {
    /// 健保卡卡號
    #[sea_orm(primary_key, auto_increment = false)]
    pub card_no: NhiCardNo,
    /// 身分證統一編號
    #[sea_orm(indexed)]
    pub person_id: PersonId,
    /// 發卡日期
    pub issued_on: NaiveDate,
    /// 卡片狀態
    pub status: String,
}
