//! The parts of a transcript that parcels and buildings share.

use access::caller::CallerKind;
use capability::{Answer, Audience, Cursor, Lookup, OrProblem, PageQuery, no_such_record};
use identifiers::mask::transcript::Class;
use identifiers::{LandObject, PartyId, ShareType};
use runtime::problem::Problem;
use sea_orm::{
    ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::entitlement;
use crate::object::Object;
use crate::records::{EncumbranceEntry, OwnershipEntry, Transcript};
use crate::shares;
use crate::tables::{encumbrance, ownership};

/// Entries of ownership in one answer: as many persons as one answer may be about.
const ENTRIES: u8 = 100;

/// Which transcript.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct TranscriptQuery {
    /// 謄本類別：1、2、3; the fullest that the caller may have unless said.
    #[validate(range(min = 1, max = 3, message = "must be 1, 2 or 3"))]
    #[param(minimum = 1, maximum = 3)]
    class: Option<u8>,
    /// `ownership_next` of the answer before. 續頁標記
    cursor: Option<Cursor>,
}

/// The transcript of an object, in the class that the caller may have; `found` finds its description.
///
/// # Errors
/// 404 where the register does not have it; 403 for a class that the caller may not have.
pub(super) async fn transcript<E: EntityTrait, D: From<E::Model>>(
    lookup: &Lookup,
    object: LandObject,
    (key, number): (String, String),
    found: Select<E>,
    query: TranscriptQuery,
) -> Result<Answer<Transcript<D>>, Problem> {
    let description = found
        .one(lookup.db())
        .await
        .or_problem()?
        .ok_or_else(no_such_record)?;
    let object = Object::from(object);
    let owns = owns(lookup, object).await?;
    let class = entitlement::class(lookup.caller(), owns, query.class)?;
    let entries = ownership::Entity::find().filter(object.owned());
    let page = PageQuery {
        cursor: query.cursor,
        limit: Some(ENTRIES),
    };
    let (entries, ownership_next) = lookup.page(entries, &page).await?;
    if class != Class::Second {
        // The second class shows nobody: it is public, and no lookup of a person.
        for entry in &entries {
            if let PartyId::Person(person) = entry.owner_id {
                lookup.about(&person);
            }
        }
    }
    let audience = Audience::of(lookup.caller());
    Ok(lookup.answer(Transcript {
        object: key,
        number,
        class: entitlement::number(class),
        description: description.into(),
        ownership: entries
            .into_iter()
            .map(|entry| OwnershipEntry::new(entry, class, audience))
            .collect(),
        ownership_next,
        shares: sum(lookup, object).await?,
        encumbrances: encumbrances(lookup, object, class).await?,
    }))
}

/// Whether the citizen who asks is a registered owner.
async fn owns(lookup: &Lookup, object: Object) -> Result<bool, Problem> {
    if lookup.caller().kind != CallerKind::Citizen {
        return Ok(false);
    }
    let entries = ownership::Entity::find()
        .filter(object.owned())
        .filter(ownership::Column::OwnerId.eq(lookup.caller().subject.as_str()))
        .count(lookup.db())
        .await
        .or_problem()?;
    Ok(entries > 0)
}

/// The sum over all entries, not only over those of one page.
async fn sum(lookup: &Lookup, object: Object) -> Result<shares::Shares, Problem> {
    use ownership::Column;
    let rows: Vec<(Option<ShareType>, i64, i64)> = ownership::Entity::find()
        .select_only()
        .columns([
            Column::ShareType,
            Column::ShareNumerator,
            Column::ShareDenominator,
        ])
        .filter(object.owned())
        .into_tuple()
        .all(lookup.db())
        .await
        .or_problem()?;
    let shares = rows
        .into_iter()
        .map(|(class, numerator, denominator)| shares::share(class, numerator, denominator));
    Ok(shares::add(shares))
}

async fn encumbrances(
    lookup: &Lookup,
    object: Object,
    class: Class,
) -> Result<Vec<EncumbranceEntry>, Problem> {
    let entries = encumbrance::Entity::find()
        .filter(object.burdened())
        .order_by_asc(encumbrance::Column::EntrySeq)
        .all(lookup.db())
        .await
        .or_problem()?;
    let shown = entries
        .into_iter()
        .map(|entry| EncumbranceEntry::new(entry, class));
    Ok(shown.collect())
}
