//! Finding one person; shared by the questions that start from one.

use access::caller::Caller;
use capability::{Audience, Lookup, OrProblem, Question, no_such_record};
use identifiers::{NationalId, PersonId};
use runtime::problem::Problem;
use sea_orm::sea_query::{Expr, ExprTrait, IntoIden};
use sea_orm::{
    ConnectionTrait, DbErr, EntityTrait, FromQueryResult, IdenStatic, QueryFilter, QueryTrait,
    SelectA, SelectB,
};

use crate::protection::{HIDDEN, Sight, tell_hidden, visible_in, visible_to};
use crate::records::PersonRecord;
use crate::tables::{id_card, person};

/// A person with their identity card: the person's number, and what lifts the mark for the caller.
static RECORD: Question = Question::new(|dialect| {
    let visible_in = |rows| visible_in(rows, dialect.argument(2), dialect.argument(3));
    let mut record = person::Entity::find()
        .filter(Expr::col((person::Entity, person::Column::NationalId)).eq(dialect.argument(1)))
        .filter(visible_in(person::Entity.into_iden()))
        .find_also_related(id_card::Entity);
    let query = QueryTrait::query(&mut record);
    tell_hidden(query, dialect, visible_in(HIDDEN.into_iden()));
    query.take()
});

/// The citizen who asks. Somebody who is not in this register, such as a resident, has no record here.
pub(super) fn own_id(lookup: &Lookup) -> Result<NationalId, Problem> {
    registered(lookup.own_id()?)
}

/// A person's number in this register; a resident is in another one.
pub(crate) fn registered(id: PersonId) -> Result<NationalId, Problem> {
    match id {
        PersonId::National(id) => Ok(id),
        PersonId::Resident(_) => Err(no_such_record()),
    }
}

/// The row of a person whom `caller` may know of.
pub(super) async fn visible_person(
    db: &impl ConnectionTrait,
    caller: &Caller,
    id: NationalId,
) -> Result<person::Model, Problem> {
    person::Entity::find_by_id(id)
        .filter(visible_to(caller))
        .one(db)
        .await
        .or_problem()?
        .ok_or_else(no_such_record)
}

/// The record of a person whom the caller may know of, identity card included.
pub(super) async fn person_record(
    lookup: &Lookup,
    id: NationalId,
) -> Result<PersonRecord, Problem> {
    lookup.about(&id);
    let Sight { everybody, own } = Sight::of(lookup.caller());
    let rows = RECORD
        .ask(lookup.db(), [id.into(), everybody.into(), own.into()])
        .await
        .or_problem()?;
    let row = rows.first().ok_or_else(no_such_record)?;
    let person = person::Model::from_query_result(row, SelectA.as_str()).or_problem()?;
    let card = id_card::Model::from_query_result_optional(row, SelectB.as_str()).or_problem()?;
    let hidden: Result<Vec<Option<String>>, DbErr> =
        rows.iter().map(|row| row.try_get("", HIDDEN)).collect();
    let hidden = hidden.or_problem()?.into_iter().flatten().collect();
    Ok(PersonRecord::new(
        person,
        card,
        &hidden,
        Audience::of(lookup.caller()),
    ))
}
