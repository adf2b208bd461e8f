//! A taxpayer's assessments; shared by the questions for them.

use capability::{Audience, Cursor, List, Lookup, PageQuery};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::records::AssessmentRecord;
use crate::tables::assessment::{self, Column};

/// Which assessments.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct OfYear {
    /// Those of this year only. 年度
    #[validate(range(min = 1912, max = 9999, message = "must be a year of four digits"))]
    #[param(example = 2025)]
    year: Option<i32>,
    /// `next` of the page before. 頁次標記
    cursor: Option<Cursor>,
    /// Rows wanted, 1 to 100. 每頁筆數
    #[validate(range(min = 1, max = 100, message = "must be from 1 to 100"))]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u8>,
}

/// The assessments of a taxpayer, of any year.
pub(super) fn of(taxpayer: PartyId) -> Select<assessment::Entity> {
    assessment::Entity::find().filter(Column::TaxpayerId.eq(taxpayer))
}

/// One page of a taxpayer's assessments.
pub(super) async fn page(
    lookup: &Lookup,
    taxpayer: PartyId,
    query: OfYear,
) -> Result<List<AssessmentRecord>, Problem> {
    let mut rows = of(taxpayer);
    if let Some(year) = query.year {
        rows = rows.filter(Column::Year.eq(year));
    }
    let page = PageQuery {
        cursor: query.cursor,
        limit: query.limit,
    };
    listed(lookup, rows, &page).await
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
