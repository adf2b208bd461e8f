//! The protection mark (保護註記): a marked person is seen by themselves and by officers with that clearance.
//!
//! The mark is part of every query's condition, so that "marked" and "no such person" take the same way through the
//! database and give the same answer.

use std::collections::HashSet;

use access::caller::{Caller, CallerKind};
use capability::Dialect;
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

/// What lifts the mark for a caller.
#[derive(Debug)]
pub(crate) struct Sight<'a> {
    /// It hides nobody: from officers with the clearance, and from the sign-in of marked persons.
    pub(crate) everybody: bool,
    /// The citizen who asks; empty for others, which nobody's number is.
    pub(crate) own: &'a str,
}

impl<'a> Sight<'a> {
    pub(crate) fn of(caller: &'a Caller) -> Self {
        Self {
            everybody: match caller.kind {
                CallerKind::Officer => caller.clearances.contains(CLEARANCE),
                CallerKind::Service => caller.subject == "identity",
                _ => false,
            },
            own: match caller.kind {
                CallerKind::Citizen => &caller.subject,
                _ => "",
            },
        }
    }
}

/// The condition under which `caller` may know of a person.
pub(crate) fn visible_to(caller: &Caller) -> Condition {
    let Sight { everybody, own } = Sight::of(caller);
    visible_in(person::Entity, Expr::val(everybody), Expr::val(own))
}

/// The same for the rows of `person` that a query calls `rows`, with the members of [`Sight`] as the query knows them. It
/// has one shape for all, so that nobody learns from the time an answer takes.
pub(crate) fn visible_in(rows: impl IntoIden, everybody: Expr, own: Expr) -> Condition {
    let rows = rows.into_iden();
    let column = |column: person::Column| Expr::col((rows.clone(), column));
    Condition::any()
        .add(column(person::Column::Protected).eq(false))
        .add(everybody)
        .add(column(person::Column::NationalId).eq(own))
}

/// Has a query of persons tell, in [`HIDDEN`], whom of those that they refer to are not `visible`: a row for each, and one
/// without where there is nobody.
pub(crate) fn tell_hidden(query: &mut SelectStatement, dialect: Dialect, visible: Condition) {
    let mentioned = MENTIONS.map(|column| Expr::col((person::Entity, column)));
    let other = Expr::col((HIDDEN, person::Column::NationalId));
    let hidden = Condition::all()
        .add(dialect.among(other.clone(), mentioned))
        .add(visible.not());
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
