//! A household and its members; shared by the questions about one household.

use capability::{Audience, Lookup, OrProblem, no_such_record};
use identifiers::HouseholdNo;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use crate::protection::{hidden_among, visible_to};
use crate::records::{HouseholdRecord, Member};
use crate::tables::{household, person};

/// Members in one answer. A larger household (a dormitory) is read page by page under its address.
const MOST_MEMBERS: u64 = 99;

/// The record of a household in which the caller may know of at least one member. One whose members are all hidden
/// looks like one that does not exist.
pub(super) async fn household_record(
    lookup: &Lookup,
    number: HouseholdNo,
) -> Result<HouseholdRecord, Problem> {
    let household = household::Entity::find_by_id(number)
        .one(lookup.db())
        .await
        .or_problem()?;
    let members = person::Entity::find()
        .filter(person::Column::HouseholdNo.eq(number))
        .filter(visible_to(lookup.caller()))
        .order_by_asc(person::Column::BirthDate)
        .order_by_asc(person::Column::NationalId)
        .limit(MOST_MEMBERS)
        .all(lookup.db())
        .await
        .or_problem()?;
    let head = household.as_ref().and_then(|household| household.head_id);
    let hidden = hidden_among(lookup.db(), lookup.caller(), head)
        .await
        .or_problem()?;
    let household = household
        .filter(|_| !members.is_empty())
        .ok_or_else(no_such_record)?;
    let audience = Audience::of(lookup.caller());
    let members = members
        .into_iter()
        .inspect(|member| lookup.about(&member.national_id));
    let members = members
        .map(|member| Member::new(member, audience))
        .collect();
    Ok(HouseholdRecord::new(household, members, &hidden, audience))
}
