//! An application as it was filed, and how far it has come.

use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};

use crate::state::State;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel, Serialize, Deserialize)]
#[sea_orm(table_name = "application")]
pub(crate) struct Model {
    #[sea_orm(primary_key, auto_increment = false)]
    pub(crate) position: i64,
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) person_id: String,
    /// Behind the person and a space: people's keys are their own.
    pub(crate) idempotency_key: String,
    /// SHA-256 of kind and form: the same key with another one is refused.
    pub(crate) fingerprint: Vec<u8>,
    /// JSON.
    pub(crate) form: String,
    /// JSON; what the rules said.
    pub(crate) finding: String,
    pub(crate) receipt: String,
    pub(crate) filed_us: i64,
    /// The snapshot that the rules were asked of.
    pub(crate) snapshot_id: Uuid,
    pub(crate) state: State,
    pub(crate) state_us: i64,
    pub(crate) reason: Option<String>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub(crate) enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
