use actix_web::get;
use capability::{Answer, Answered, Key, Lookup, Problems, ReasonHeaders};
use chrono::NaiveDate;
use identifiers::PersonId;
use runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::covers::{covering, owed_by, periods_of};
use crate::records::Care;

/// Covered today? 今日是否在保
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CoverageCheck {
    /// 今日是否在保
    covered_today: bool,
    /// 查詢日（臺灣時間）
    as_of: NaiveDate,
    /// 投保身分類別；null where nothing covers today.
    category: Option<String>,
    /// 是否欠費；不影響在保身分
    arrears: bool,
    /// 就醫權益
    #[serde(flatten)]
    care: Care,
}

/// Whether somebody is covered today; for clinicians and officers, with purpose and case number. 今日是否在保
///
/// Arrears never deny emergency care, and the answer says so.
#[utoipa::path(
    tag = "coverage",
    params(ReasonHeaders, ("person_id" = PersonId, Path, description = "身分證統一編號")),
    responses((status = 200, body = Answered<CoverageCheck>), Problems)
)]
#[get("/v1/coverage-checks/{person_id}")]
pub(super) async fn coverage_check(
    lookup: Lookup,
    key: Key<PersonId>,
) -> Result<Answer<CoverageCheck>, Problem> {
    let today = lookup.today();
    let current = covering(periods_of(&lookup, key.0).await?, today);
    let owed = owed_by(&lookup, key.0).await?;
    Ok(lookup.answer(CoverageCheck {
        covered_today: current.is_some(),
        as_of: today,
        category: current.map(|period| period.category),
        arrears: owed.months > 0,
        care: Care::ALWAYS,
    }))
}
