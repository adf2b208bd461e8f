use actix_web::get;
use capability::{List, Listed, Lookup, PageQuery, Parameters, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::assessments::of;
use crate::records::PaymentRecord;
use crate::tables::{assessment, payment};

/// What the caller paid, payment by payment. 本人繳納紀錄
#[utoipa::path(tag = "payment", params(PageQuery), responses((status = 200, body = Listed<PaymentRecord>), Problems))]
#[get("/v1/me/payments")]
pub(super) async fn own_payments(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<PaymentRecord>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    let own_notices = of(me)
        .select_only()
        .column(assessment::Column::NoticeNo)
        .into_query();
    let paid = payment::Entity::find().filter(payment::Column::NoticeNo.in_subquery(own_notices));
    lookup.records(paid, &page.0, PaymentRecord::from).await
}
