//! Finding one person; shared by the questions that start from one.

use access::caller::Caller;
use capability::{Lookup, OrProblem, no_such_record};
use identifiers::NationalId;
use runtime::problem::Problem;
use sea_orm::{DatabaseConnection, EntityTrait, QueryFilter};

use crate::audience::Audience;
use crate::protection::{hidden_among, visible_to};
use crate::records::{PersonRecord, mentioned};
use crate::tables::{id_card, person};

/// The citizen who asks. Somebody who is not in this register, such as a resident, has no record here.
pub(super) fn own_id(caller: &Caller) -> Result<NationalId, Problem> {
    caller.subject.parse().map_err(|_| no_such_record())
}

/// The row of a person whom `caller` may know of.
pub(super) async fn visible_person(
    db: &DatabaseConnection,
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
    let (person, card) = person::Entity::find_by_id(id)
        .filter(visible_to(lookup.caller()))
        .find_also_related(id_card::Entity)
        .one(lookup.db())
        .await
        .or_problem()?
        .ok_or_else(no_such_record)?;
    let hidden = hidden_among(lookup.db(), lookup.caller(), mentioned(&person))
        .await
        .or_problem()?;
    Ok(PersonRecord::new(
        person,
        card,
        &hidden,
        Audience::of(lookup.caller()),
    ))
}
