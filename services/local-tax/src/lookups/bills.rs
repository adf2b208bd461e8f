//! A taxpayer's bills; shared by the questions for them.

use capability::{Audience, Cursor, List, Lookup, PageQuery};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};
use serde::Deserialize;
use utoipa::IntoParams;
use validator::Validate;

use crate::records::BillRecord;
use crate::tables::bill::{self, Column};
use crate::tax::TaxType;

/// Which bills.
#[derive(Debug, Deserialize, IntoParams, Validate)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct OfTax {
    /// Those of this tax only; `house_tax`, `land_value_tax` and `vehicle_licence_tax` are understood too. 稅目
    #[param(inline)]
    tax_type: Option<TaxType>,
    /// `next` of the page before. 頁次標記
    cursor: Option<Cursor>,
    /// Rows wanted, 1 to 100. 每頁筆數
    #[validate(range(min = 1, max = 100, message = "must be from 1 to 100"))]
    #[param(minimum = 1, maximum = 100, default = 50)]
    limit: Option<u8>,
}

/// All bills of a taxpayer.
pub(crate) fn of(taxpayer: PartyId) -> Select<bill::Entity> {
    bill::Entity::find().filter(Column::TaxpayerId.eq(taxpayer))
}

/// One page of a taxpayer's bills.
pub(super) async fn page(
    lookup: &Lookup,
    taxpayer: PartyId,
    query: OfTax,
) -> Result<List<BillRecord>, Problem> {
    let mut rows = of(taxpayer);
    if let Some(tax) = query.tax_type {
        rows = rows.filter(Column::TaxType.eq(tax.term()));
    }
    let page = PageQuery {
        cursor: query.cursor,
        limit: query.limit,
    };
    let audience = Audience::of(lookup.caller());
    lookup
        .records(rows, &page, |row| BillRecord::new(row, audience))
        .await
}
