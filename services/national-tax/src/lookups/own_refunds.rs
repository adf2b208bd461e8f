use capability::{List, Lookup, PageQuery};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, QueryFilter};

use super::assessments::{listed, of};
use crate::records::AssessmentRecord;
use crate::tables::assessment::Column;

/// A taxpayer's assessments with a tax to be refunded.
async fn refunds(
    lookup: &Lookup,
    taxpayer: PartyId,
    page: PageQuery,
) -> Result<List<AssessmentRecord>, Problem> {
    let refundable = of(taxpayer).filter(Column::Refundable.gt(0));
    listed(lookup, refundable, &page).await
}

capability::lists! {
    refunds(PartyId, PageQuery) -> AssessmentRecord;

    /// The caller's assessments with a tax to be refunded. 本人應退稅額
    own_refunds at "/v1/me/refunds", tag = "refund";
}
