use actix_web::get;
use capability::{Answer, Answered, Audience, Key, Lookup, OrProblem, Problems, no_such_record};
use identifiers::{PartyId, RecordNo};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, QueryFilter};

use super::bills::of;
use crate::records::BillRecord;
use crate::tables::bill::Column;

/// One of the caller's bills: the proof that it was paid, and when. 本人繳納證明
#[utoipa::path(
    tag = "bill",
    params(("bill_no" = RecordNo, Path, description = "繳款書編號")),
    responses((status = 200, body = Answered<BillRecord>), Problems)
)]
#[get("/v1/me/bills/{bill_no}")]
pub(super) async fn own_bill(
    lookup: Lookup,
    key: Key<RecordNo>,
) -> Result<Answer<BillRecord>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    let bill = of(me)
        .filter(Column::BillNo.eq(key.0))
        .one(lookup.db())
        .await
        .or_problem()?
        .ok_or_else(no_such_record)?;
    let audience = Audience::of(lookup.caller());
    Ok(lookup.answer(BillRecord::new(bill, audience)))
}
