use actix_web::get;
use capability::{Answer, Answered, Audience, Lookup, OrProblem, Problems};
use identifiers::PartyId;
use runtime::problem::Problem;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::assessments::of;
use crate::records::AssessmentRecord;
use crate::tables::assessment::Column;

/// Assessments in the summary.
const LATEST: u64 = 5;

/// The caller's taxes at a glance. 本人稅務摘要
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaxSummary {
    /// How many assessments there are. 核定筆數
    assessments: i64,
    /// All that is still to be paid, in whole dollars. 未繳總額（新臺幣元）
    outstanding: i64,
    /// All that is to be refunded, in whole dollars. 應退總額（新臺幣元）
    refundable: i64,
    /// The latest five. 最近五筆
    latest: Vec<AssessmentRecord>,
}

/// The caller's taxes at a glance. 本人稅務摘要
///
/// Somebody without any assessment gets zeros: that, too, is what the record says.
#[utoipa::path(tag = "assessment", responses((status = 200, body = Answered<TaxSummary>), Problems))]
#[get("/v1/me")]
pub(super) async fn own_taxes(lookup: Lookup) -> Result<Answer<TaxSummary>, Problem> {
    let me = PartyId::Person(lookup.own_id()?);
    let outstanding = "CAST(COALESCE(SUM(CASE WHEN assessed > paid THEN assessed - paid ELSE 0 END), 0) AS BIGINT)";
    let sums = of(me)
        .select_only()
        .column_as(Column::NoticeNo.count(), "assessments")
        .column_as(Expr::cust(outstanding), "outstanding")
        .column_as(
            Expr::cust("CAST(COALESCE(SUM(refundable), 0) AS BIGINT)"),
            "refundable",
        )
        .into_tuple::<(i64, i64, i64)>()
        .one(lookup.db())
        .await
        .or_problem()?;
    let (assessments, outstanding, refundable) = sums.unwrap_or_default();
    let latest = of(me)
        .order_by_desc(Column::Year)
        .order_by_asc(Column::TaxType)
        .order_by_asc(Column::NoticeNo)
        .limit(LATEST)
        .all(lookup.db())
        .await
        .or_problem()?;
    let audience = Audience::of(lookup.caller());
    let latest = latest
        .into_iter()
        .map(|row| AssessmentRecord::new(row, audience));
    Ok(lookup.answer(TaxSummary {
        assessments,
        outstanding,
        refundable,
        latest: latest.collect(),
    }))
}
