//! Messages that the consumer within the process could not take.

use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "parked")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) message_id: Uuid,
    pub(crate) kind: String,
    pub(crate) position: i64,
    pub(crate) body: Vec<u8>,
    pub(crate) reason: String,
    /// How often it was parked.
    pub(crate) deaths: i64,
    pub(crate) parked_us: i64,
    /// Whether it is to be handled again.
    pub(crate) put_back: bool,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
