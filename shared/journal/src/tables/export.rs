//! An export to the agency: the positions it covers, fixed before its first byte was written.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "export")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) position: i64,
    /// Counts from 1.
    pub(crate) number: i64,
    /// After this position.
    pub(crate) after: i64,
    /// Up to this position, which is in it.
    pub(crate) up_to: i64,
    pub(crate) begun_us: i64,
    /// Empty until its package is whole. The next export begins only then.
    pub(crate) finished_us: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
