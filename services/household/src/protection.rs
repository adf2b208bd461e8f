//! The protection mark (保護註記): a marked person is seen by themselves and by officers with that clearance.
//!
//! The mark is part of every query's condition, so that "marked" and "no such person" take the same way through the
//! database and give the same answer.

use std::collections::HashSet;

use access::caller::{Caller, CallerKind};
use identifiers::PersonId;
use sea_orm::{
    ColumnTrait, Condition, DatabaseConnection, DbErr, EntityTrait, QueryFilter, QuerySelect,
};

use crate::tables::person;

/// The clearance that lifts the mark.
const CLEARANCE: &str = "protected-persons";

/// The condition under which `caller` may know of a person.
pub(crate) fn visible_to(caller: &Caller) -> Condition {
    let anyone = Condition::any();
    if lifts(caller) {
        // Always true, and the same shape of statement as for everybody else.
        return anyone.add(person::Column::Protected.is_in([true, false]));
    }
    let unmarked = anyone.add(person::Column::Protected.eq(false));
    match caller.kind {
        CallerKind::Citizen => unmarked.add(person::Column::NationalId.eq(caller.subject.as_str())),
        _ => unmarked,
    }
}

/// Whether the mark hides nobody from this caller: officers with the clearance, and the sign-in of marked persons.
fn lifts(caller: &Caller) -> bool {
    match caller.kind {
        CallerKind::Officer => caller.clearances.contains(CLEARANCE),
        CallerKind::Service => caller.subject == "identity",
        _ => false,
    }
}

/// Of the persons that a record refers to, those that `caller` may not know of.
pub(crate) async fn hidden_among(
    db: &DatabaseConnection,
    caller: &Caller,
    mentioned: impl IntoIterator<Item = PersonId>,
) -> Result<HashSet<String>, DbErr> {
    let mentioned: Vec<String> = mentioned.into_iter().map(|id| id.to_string()).collect();
    if mentioned.is_empty() {
        return Ok(HashSet::new());
    }
    let hidden = person::Entity::find()
        .select_only()
        .column(person::Column::NationalId)
        .filter(person::Column::NationalId.is_in(mentioned))
        .filter(visible_to(caller).not())
        .into_tuple::<String>()
        .all(db)
        .await?;
    Ok(hidden.into_iter().collect())
}
