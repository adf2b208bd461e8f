use capability::{Audience, List, Lookup, PageQuery};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::records::ClaimRecord;
use crate::tables::benefit_claim::{Column, Entity};

/// A person's claims of benefits.
async fn claims(
    lookup: &Lookup,
    person: PersonId,
    page: PageQuery,
) -> Result<List<ClaimRecord>, Problem> {
    let rows = Entity::find().filter(Column::PersonId.eq(person));
    let audience = Audience::of(lookup.caller());
    lookup
        .records(rows, &page, |row| ClaimRecord::new(row, audience))
        .await
}

capability::lists! {
    claims(PersonId, PageQuery) -> ClaimRecord;

    /// The caller's claims of benefits and how far they have come. 本人給付申請
    own_claims at "/v1/me/claims", tag = "claim";

    /// A person's claims of benefits; for officers, with purpose and case number. 依統一編號查詢給付申請
    person_claims at "/v1/persons/{person_id}/claims", tag = "claim",
    params("person_id" = PersonId, Path, description = "被保險人統一編號");
}
