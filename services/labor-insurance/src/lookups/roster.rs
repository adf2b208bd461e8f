use access::caller::{Caller, CallerKind};
use actix_web::get;
use capability::{
    Audience, Key, List, Listed, Lookup, OrProblem, Parameters, Problems, ReasonHeaders,
    no_such_record,
};
use chrono::NaiveDate;
use identifiers::InsuredUnitNo;
use runtime::problem::Problem;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter};

use crate::records::CoverageRecord;
use crate::tables::coverage::Column;
use crate::tables::{coverage, insured_unit};

/// The clearance of an employer's program for one unit is this and the unit's number: `insured-unit:10000013`.
const CLEARANCE: &str = "insured-unit:";

capability::paged! {
    /// Which day's roster.
    pub(super) struct OfDay {
        /// The roster of this day; today where it is left out. 基準日
        on: Option<NaiveDate>,
    }
}

/// Who is insured in a unit; for the employer's own program and for officers. 投保單位名冊
///
/// An employer's program is told of its own units only; another one looks like a unit that does not exist.
#[utoipa::path(
    tag = "insured-unit",
    params(ReasonHeaders, OfDay, ("unit_no" = InsuredUnitNo, Path, description = "保險證號")),
    responses((status = 200, body = Listed<CoverageRecord>), Problems)
)]
#[get("/v1/insured-units/{unit_no}/roster")]
pub(super) async fn roster(
    lookup: Lookup,
    key: Key<InsuredUnitNo>,
    query: Parameters<OfDay>,
) -> Result<List<CoverageRecord>, Problem> {
    let (unit, Parameters(query)) = (key.0, query);
    let known = insured_unit::Entity::find_by_id(unit)
        .one(lookup.db())
        .await
        .or_problem()?;
    if known.is_none() || !may_see(lookup.caller(), unit) {
        return Err(no_such_record());
    }
    let on = query.on.unwrap_or_else(|| lookup.today());
    let insured = coverage::Entity::find()
        .filter(Column::UnitNo.eq(unit))
        .filter(Column::EnrolledOn.lte(on))
        .filter(not_withdrawn_before(on));
    let audience = Audience::of(lookup.caller());
    let record = |row: coverage::Model| {
        lookup.about(&row.person_id);
        CoverageRecord::new(row, audience)
    };
    lookup.records(insured, &query.page(), record).await
}

/// Officers may see every unit, an employer's program those it is cleared for.
fn may_see(caller: &Caller, unit: InsuredUnitNo) -> bool {
    caller.kind == CallerKind::Officer || caller.clearances.contains(&format!("{CLEARANCE}{unit}"))
}

/// Coverage that lasts, or ends on `day` or later.
pub(super) fn not_withdrawn_before(day: NaiveDate) -> Condition {
    Condition::any()
        .add(Column::WithdrawnOn.is_null())
        .add(Column::WithdrawnOn.gte(day))
}
