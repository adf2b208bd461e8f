//! Whose titles; shared by the questions about one owner.

use identifiers::PartyId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::tables::ownership;

/// The ownership entries of one owner over all land offices.
pub(super) fn titles_of(owner: PartyId) -> Select<ownership::Entity> {
    ownership::Entity::find().filter(ownership::Column::OwnerId.eq(owner.as_str()))
}
