//! The protection mark (保護註記): a marked person is seen by themselves and by officers with that clearance.
//!
//! The mark is part of every query's condition, so that "marked" and "no such person" take the same way through the
//! database and give the same answer.

use std::collections::HashSet;

use access::caller::{Caller, CallerKind};
use identifiers::PersonId;
use sea_orm::sea_query::{Condition, Expr, ExprTrait, IntoIden, JoinType, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QuerySelect};

use crate::tables::person;

/// What a query calls the persons, and the column, of [`tell_hidden`].
pub(crate) const HIDDEN: &str = "hidden";

/// The columns that refer to other persons.
const MENTIONS: [person::Column; 5] = [
    person::Column::FatherId,
    person::Column::MotherId,
    person::Column::SpouseId,
    person::Column::AdoptiveFatherId,
    person::Column::AdoptiveMotherId,
];

/// The clearance that lifts the mark.
const CLEARANCE: &str = "protected-persons";

/// The condition under which `caller` may know of a person.
pub(crate) fn visible_to(caller: &Caller) -> Condition {
    visible_in(person::Entity, caller)
}

/// The same for the rows of `person` that a query calls `rows`.
fn visible_in(rows: impl IntoIden, caller: &Caller) -> Condition {
    let rows = rows.into_iden();
    let column = |column: person::Column| Expr::col((rows.clone(), column));
    let anyone = Condition::any();
    if lifts(caller) {
        // Always true, and the same shape of statement as for everybody else.
        return anyone.add(column(person::Column::Protected).is_in([true, false]));
    }
    let unmarked = anyone.add(column(person::Column::Protected).eq(false));
    match caller.kind {
        CallerKind::Citizen => {
            unmarked.add(column(person::Column::NationalId).eq(caller.subject.as_str()))
        }
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

/// Has a query of persons tell, in [`HIDDEN`], whom of those that they refer to `caller` may not know of: a row for each,
/// and one without where there is nobody.
pub(crate) fn tell_hidden(query: &mut SelectStatement, caller: &Caller) {
    let theirs = |column: person::Column| Expr::col((person::Entity, column));
    let mentioned = MENTIONS.map(theirs);
    let other = Expr::col((HIDDEN, person::Column::NationalId));
    let hidden = Condition::all()
        .add(other.clone().is_in(mentioned))
        .add(visible_in(HIDDEN, caller).not());
    query
        .join_as(JoinType::LeftJoin, person::Entity, HIDDEN, hidden)
        .expr_as(other, HIDDEN);
}

/// Of the persons that a record refers to, those that `caller` may not know of.
pub(crate) async fn hidden_among(
    db: &impl ConnectionTrait,
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
