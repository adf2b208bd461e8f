//! Whose tickets; shared by the questions about one person.

use capability::{Lookup, OrProblem};
use identifiers::PersonId;
use runtime::problem::Problem;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QuerySelect, QueryTrait, Select};
use serde::Serialize;
use utoipa::ToSchema;

use crate::records::OPEN;
use crate::tables::vehicle;
use crate::tables::violation::{self, Column};

/// The tickets of a driver, and those of their vehicles that name no driver: these are the owner's (道路交通管理處罰條例 §85).
pub(super) fn tickets_of(person: PersonId) -> Select<violation::Entity> {
    let own_plates = vehicle::Entity::find()
        .select_only()
        .column(vehicle::Column::Plate)
        .filter(vehicle::Column::OwnerId.eq(person.as_str()))
        .into_query();
    let as_owner = Condition::all()
        .add(Column::DriverId.is_null())
        .add(Column::Plate.in_subquery(own_plates));
    let either = Condition::any()
        .add(Column::DriverId.eq(person.as_str()))
        .add(as_owner);
    violation::Entity::find().filter(either)
}

/// Tickets that are still to be paid. 未繳罰單
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenTickets {
    /// 件數
    pub(super) count: i64,
    /// 罰鍰合計（新臺幣元）
    pub(super) fines: i64,
}

/// Of these tickets, those still to be paid.
pub(super) async fn open(
    lookup: &Lookup,
    tickets: Select<violation::Entity>,
) -> Result<OpenTickets, Problem> {
    let fines: Vec<i64> = tickets
        .filter(Column::Status.eq(OPEN))
        .select_only()
        .expr(Expr::col((violation::Entity, Column::Fine)))
        .into_tuple()
        .all(lookup.db())
        .await
        .or_problem()?;
    Ok(OpenTickets {
        count: i64::try_from(fines.len()).unwrap_or(i64::MAX),
        fines: fines.into_iter().fold(0, i64::saturating_add),
    })
}
