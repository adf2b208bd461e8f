use capability::{Audience, List, Lookup};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, Select};

use crate::records::BillRecord;
use crate::tables::bill::{self, Column};
use crate::tax::TaxType;

capability::paged! {
    /// Which bills.
    pub(super) struct OfTax {
        /// Those of this tax only; `house_tax`, `land_value_tax` and `vehicle_licence_tax` are understood too. 稅目
        #[param(inline)]
        tax_type: Option<TaxType>,
    }
}

/// All bills of a taxpayer.
pub(crate) fn of(taxpayer: PartyId) -> Select<bill::Entity> {
    bill::Entity::find().filter(Column::TaxpayerId.eq(taxpayer))
}

/// One page of a taxpayer's bills.
async fn bills(
    lookup: &Lookup,
    taxpayer: PartyId,
    query: OfTax,
) -> Result<List<BillRecord>, Problem> {
    let mut rows = of(taxpayer);
    if let Some(tax) = query.tax_type {
        rows = rows.filter(Column::TaxType.eq(tax.term()));
    }
    let audience = Audience::of(lookup.caller());
    lookup
        .records(rows, &query.page(), |row| BillRecord::new(row, audience))
        .await
}

capability::lists! {
    bills(PartyId, OfTax) -> BillRecord;

    /// The caller's bills, of all local taxes or of one. 本人繳款書
    own_bills at "/v1/me/bills", tag = "bill";

    /// The bills of a person or an organisation; for officers, with purpose and case number. 依統一編號查詢繳款書
    taxpayer_bills at "/v1/taxpayers/{taxpayer_id}/bills", tag = "bill",
    params("taxpayer_id" = inline(PartyId), Path, description = "納稅義務人統一編號");
}
