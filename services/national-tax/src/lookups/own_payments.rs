use capability::{List, Lookup, PageQuery};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect, QueryTrait};

use super::assessments::of;
use crate::records::PaymentRecord;
use crate::tables::{assessment, payment};

/// What was paid on a taxpayer's notices.
async fn payments(
    lookup: &Lookup,
    taxpayer: PartyId,
    page: PageQuery,
) -> Result<List<PaymentRecord>, Problem> {
    let notices = of(taxpayer)
        .select_only()
        .column(assessment::Column::NoticeNo)
        .into_query();
    let paid = payment::Entity::find().filter(payment::Column::NoticeNo.in_subquery(notices));
    lookup.records(paid, &page, PaymentRecord::from).await
}

capability::lists! {
    payments(PartyId, PageQuery) -> PaymentRecord;

    /// What the caller paid, payment by payment. 本人繳納紀錄
    own_payments at "/v1/me/payments", tag = "payment";
}
