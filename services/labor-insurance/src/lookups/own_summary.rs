use actix_web::get;
use capability::{Answer, Answered, Audience, Lookup, OrProblem, Problems};
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use serde::Serialize;
use utoipa::ToSchema;

use super::person::periods;
use crate::records::CoverageRecord;
use crate::rules::InsuredTime;
use crate::tables::{benefit_claim, coverage};

/// Coverage in the summary.
const MOST_COVERAGES: u64 = 5;

/// The caller's labour insurance at a glance. 本人勞保摘要
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InsuranceSummary {
    /// Whether insured today. 目前是否在保
    insured: bool,
    /// Coverage that lasts; at most five. 目前加保
    coverages: Vec<CoverageRecord>,
    /// Whole years insured. 年資滿年數
    insured_years: u64,
    /// Days beyond them. 年資餘日數
    insured_days: u64,
    /// Claims on record. 給付申請筆數
    claims: u64,
}

/// The caller's labour insurance at a glance. 本人勞保摘要
///
/// Somebody who was never insured gets zeros: that, too, is what the record says.
#[utoipa::path(tag = "coverage", responses((status = 200, body = Answered<InsuranceSummary>), Problems))]
#[get("/v1/me")]
pub(super) async fn own_insurance(lookup: Lookup) -> Result<Answer<InsuranceSummary>, Problem> {
    let me = lookup.own_id()?;
    let today = lookup.today();
    let periods = periods(lookup.db(), me).await?;
    let time = InsuredTime::until(today, &periods);
    let lasting = coverage::Entity::find()
        .filter(coverage::Column::PersonId.eq(me))
        .filter(coverage::Column::EnrolledOn.lte(today))
        .filter(super::roster::not_withdrawn_before(today))
        .order_by_desc(coverage::Column::EnrolledOn)
        .limit(MOST_COVERAGES)
        .all(lookup.db())
        .await
        .or_problem()?;
    let claims = benefit_claim::Entity::find()
        .filter(benefit_claim::Column::PersonId.eq(me))
        .count(lookup.db())
        .await
        .or_problem()?;
    let audience = Audience::of(lookup.caller());
    let coverages = lasting
        .into_iter()
        .map(|row| CoverageRecord::new(row, audience));
    Ok(lookup.answer(InsuranceSummary {
        insured: periods
            .iter()
            .any(|period| period.within(today, today).is_some()),
        coverages: coverages.collect(),
        insured_years: time.years,
        insured_days: time.remaining_days,
        claims,
    }))
}
