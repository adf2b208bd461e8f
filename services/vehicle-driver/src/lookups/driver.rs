//! Somebody's licences; shared by the questions about one driver.

use capability::{Lookup, OrProblem};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use crate::records::Licence;
use crate::tables::driver_licence::{self, Column};

/// The licences of a person, a class each: there are fewer classes than fit a page.
pub(super) async fn licences_of(
    lookup: &Lookup,
    person: PersonId,
) -> Result<Vec<Licence>, Problem> {
    lookup.about(&person);
    let licences = driver_licence::Entity::find()
        .filter(Column::PersonId.eq(person.as_str()))
        .order_by_asc(Column::Class)
        .all(lookup.db())
        .await
        .or_problem()?;
    let today = lookup.today();
    Ok(licences
        .into_iter()
        .map(|licence| Licence::new(licence, today))
        .collect())
}
