use actix_web::get;
use capability::{List, Listed, Lookup, PageQuery, Parameters, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, QueryFilter};

use super::assessments::{listed, of};
use crate::records::AssessmentRecord;
use crate::tables::assessment::Column;

/// The caller's assessments with a tax to be refunded. 本人應退稅額
#[utoipa::path(tag = "refund", params(PageQuery), responses((status = 200, body = Listed<AssessmentRecord>), Problems))]
#[get("/v1/me/refunds")]
pub(super) async fn own_refunds(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<AssessmentRecord>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    listed(&lookup, of(me).filter(Column::Refundable.gt(0)), &page.0).await
}
