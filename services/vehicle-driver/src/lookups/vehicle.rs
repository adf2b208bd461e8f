//! Finding one vehicle, and somebody's; shared by the questions that start from one.

use capability::{Lookup, OrProblem, no_such_record};
use identifiers::{PartyId, PersonId, PlateLookup};
use runtime::problem::{Kind, Problem};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, Select};

use crate::tables::vehicle::{self, Column};

/// The vehicle that a plate means in whatever writing. Where two vehicles could be meant, the dash tells them apart.
pub(super) async fn vehicle(
    lookup: &Lookup,
    plate: &PlateLookup,
) -> Result<vehicle::Model, Problem> {
    let candidates = plate.candidates().iter().map(identifiers::Plate::as_str);
    let found = vehicle::Entity::find()
        .filter(Column::Plate.is_in(candidates))
        .order_by_asc(Column::Plate)
        .all(lookup.db())
        .await
        .or_problem()?;
    let mut found = found.into_iter();
    let vehicle = found.next().ok_or_else(no_such_record)?;
    if found.next().is_some() {
        return Err(Problem::new(Kind::Malformed).field(
            "plate",
            "more than one vehicle may be meant; write the dash",
            "可能指不只一輛車，請加上「-」",
        ));
    }
    if let PartyId::Person(owner) = vehicle.owner_id {
        lookup.about(&owner);
    }
    Ok(vehicle)
}

/// The vehicles of a person.
pub(super) fn vehicles_of(owner: PersonId) -> Select<vehicle::Entity> {
    vehicle::Entity::find().filter(Column::OwnerId.eq(owner.as_str()))
}
