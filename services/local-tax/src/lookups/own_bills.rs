use actix_web::get;
use capability::{List, Listed, Lookup, Parameters, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;

use super::bills::{OfTax, page};
use crate::records::BillRecord;

/// The caller's bills, of all local taxes or of one. 本人繳款書
#[utoipa::path(tag = "bill", params(OfTax), responses((status = 200, body = Listed<BillRecord>), Problems))]
#[get("/v1/me/bills")]
pub(super) async fn own_bills(
    lookup: Lookup,
    query: Parameters<OfTax>,
) -> Result<List<BillRecord>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    page(&lookup, me, query.0).await
}
