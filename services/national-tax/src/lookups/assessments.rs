use capability::{Audience, List, Lookup, PageQuery};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::records::AssessmentRecord;
use crate::tables::assessment::{self, Column};

capability::paged! {
    /// Which assessments.
    pub(super) struct OfYear {
        /// Those of this year only. 年度
        #[validate(range(min = 1912, max = 9999, message = "must be a year of four digits"))]
        #[param(example = 2025)]
        year: Option<i32>,
    }
}

/// The assessments of a taxpayer, of any year.
pub(super) fn of(taxpayer: PartyId) -> Select<assessment::Entity> {
    assessment::Entity::find().filter(Column::TaxpayerId.eq(taxpayer))
}

/// One page of a taxpayer's assessments.
async fn assessments(
    lookup: &Lookup,
    taxpayer: PartyId,
    query: OfYear,
) -> Result<List<AssessmentRecord>, Problem> {
    let mut rows = of(taxpayer);
    if let Some(year) = query.year {
        rows = rows.filter(Column::Year.eq(year));
    }
    listed(lookup, rows, &query.page()).await
}

/// One page of these assessments.
pub(super) async fn listed(
    lookup: &Lookup,
    rows: Select<assessment::Entity>,
    page: &PageQuery,
) -> Result<List<AssessmentRecord>, Problem> {
    let audience = Audience::of(lookup.caller());
    lookup
        .records(rows, page, |row| AssessmentRecord::new(row, audience))
        .await
}

capability::lists! {
    assessments(PartyId, OfYear) -> AssessmentRecord;

    /// The caller's assessments, by tax and year. 本人核定稅額
    own_assessments at "/v1/me/assessments", tag = "assessment";

    /// The assessments of a person or an organisation; for officers, with purpose and case number. 依統一編號查詢核定稅額
    taxpayer_assessments at "/v1/taxpayers/{taxpayer_id}/assessments", tag = "assessment",
    params("taxpayer_id" = inline(PartyId), Path, description = "納稅義務人統一編號");
}
