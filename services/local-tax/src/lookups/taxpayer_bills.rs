use actix_web::get;
use capability::{Key, List, Listed, Lookup, Parameters, Problems, ReasonHeaders};
use identifiers::PartyId;
use runtime::problem::Problem;

use super::bills::{OfTax, page};
use crate::records::BillRecord;

/// The bills of a person or an organisation; for officers, with purpose and case number. 依統一編號查詢繳款書
#[utoipa::path(
    tag = "bill",
    params(ReasonHeaders, OfTax, ("taxpayer_id" = inline(PartyId), Path, description = "納稅義務人統一編號")),
    responses((status = 200, body = Listed<BillRecord>), Problems)
)]
#[get("/v1/taxpayers/{taxpayer_id}/bills")]
pub(super) async fn taxpayer_bills(
    lookup: Lookup,
    key: Key<PartyId>,
    query: Parameters<OfTax>,
) -> Result<List<BillRecord>, Problem> {
    lookup.about(&key.0);
    page(&lookup, key.0, query.0).await
}
