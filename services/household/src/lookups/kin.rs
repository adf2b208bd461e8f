//! Who is kin to a person: those the person's row names, and those whose rows name the person.

use capability::{Audience, Lookup, OrProblem};
use identifiers::NationalId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::person::visible_person;
use crate::protection::visible_to;
use crate::records::{KinRecord, KinRelation, mentioned};
use crate::tables::person::{self, Column};

/// Bound on one answer; no family in the register comes near it.
const MOST_KIN: u64 = 99;

pub(super) async fn kin_of(lookup: &Lookup, id: NationalId) -> Result<Vec<KinRecord>, Problem> {
    lookup.about(&id);
    let person = visible_person(lookup.db(), lookup.caller(), id).await?;
    let named: Vec<String> = mentioned(&person).map(|id| id.to_string()).collect();
    let linked = Condition::any()
        .add(Column::NationalId.is_in(named))
        .add(Column::FatherId.eq(id.as_str()))
        .add(Column::MotherId.eq(id.as_str()))
        .add(Column::AdoptiveFatherId.eq(id.as_str()))
        .add(Column::AdoptiveMotherId.eq(id.as_str()));
    let relatives = person::Entity::find()
        .filter(linked)
        .filter(visible_to(lookup.caller()))
        .order_by_asc(Column::BirthDate)
        .order_by_asc(Column::NationalId)
        .limit(MOST_KIN)
        .all(lookup.db())
        .await
        .or_problem()?;
    let audience = Audience::of(lookup.caller());
    let mut kin: Vec<KinRecord> = relatives
        .into_iter()
        .filter_map(|relative| Some((KinRelation::between(&person, &relative)?, relative)))
        .inspect(|(_, relative)| lookup.about(&relative.national_id))
        .map(|(relation, relative)| KinRecord::new(relation, relative, audience))
        .collect();
    kin.sort_by_key(|relative| relative.relation);
    Ok(kin)
}
