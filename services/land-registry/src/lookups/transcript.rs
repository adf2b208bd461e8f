//! The parts of a transcript that parcels and buildings share.

use access::caller::CallerKind;
use capability::{Audience, Cursor, Lookup, OrProblem, PageQuery};
use identifiers::mask::transcript::Class;
use identifiers::{LandOffice, ObjectKind, ObjectNo, PartyId, Section, ShareType};
use runtime::problem::Problem;
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect,
};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::entitlement;
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

/// What a transcript is of.
#[derive(Clone, Copy)]
pub(super) struct Object {
    pub(super) office: LandOffice,
    pub(super) section: Section,
    pub(super) kind: ObjectKind,
    pub(super) number: ObjectNo,
}

impl Object {
    fn owned(self) -> Condition {
        use ownership::Column;
        Condition::all()
            .add(Column::LandOffice.eq(self.office.as_str()))
            .add(Column::Section.eq(self.section.as_str()))
            .add(Column::ObjectKind.eq(self.kind.as_str()))
            .add(Column::ObjectNo.eq(self.number.as_str()))
    }

    fn burdened(self) -> Condition {
        use encumbrance::Column;
        Condition::all()
            .add(Column::LandOffice.eq(self.office.as_str()))
            .add(Column::Section.eq(self.section.as_str()))
            .add(Column::ObjectKind.eq(self.kind.as_str()))
            .add(Column::ObjectNo.eq(self.number.as_str()))
    }
}

/// The transcript of an object whose description was found, in the class that the caller may have.
pub(super) async fn transcript<D>(
    lookup: &Lookup,
    object: Object,
    (key, number): (String, String),
    description: D,
    query: TranscriptQuery,
) -> Result<Transcript<D>, Problem> {
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
    Ok(Transcript {
        object: key,
        number,
        class: entitlement::number(class),
        description,
        ownership: entries
            .into_iter()
            .map(|entry| OwnershipEntry::new(entry, class, audience))
            .collect(),
        ownership_next,
        shares: sum(lookup, object).await?,
        encumbrances: encumbrances(lookup, object, class).await?,
    })
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
