use actix_web::get;
use capability::{Answer, Answered, Audience, Lookup, PageQuery, Problems, no_such_record};
use runtime::problem::Problem;
use serde::Serialize;
use utoipa::ToSchema;

use super::driver::licences_of;
use super::tickets::{OpenTickets, open, tickets_of};
use super::vehicle::vehicles_of;
use crate::records::{Licence, VehicleRecord};

/// Vehicles that a summary shows; the others are read page by page.
const SHOWN: u8 = 10;

/// What the caller drives, may drive and has to pay. 本人車籍、駕籍及違規摘要
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OwnSummary {
    /// 前十輛車; the others are at `/v1/me/vehicles`.
    vehicles: Vec<VehicleRecord>,
    /// 是否尚有其他車輛
    more_vehicles: bool,
    /// 各類駕照
    licences: Vec<Licence>,
    /// 未繳罰單
    open_violations: OpenTickets,
}

/// The caller's vehicles, licences and open tickets. 本人車籍、駕籍及違規摘要
#[utoipa::path(tag = "own", responses((status = 200, body = Answered<OwnSummary>), Problems))]
#[get("/v1/me")]
pub(super) async fn own_summary(lookup: Lookup) -> Result<Answer<OwnSummary>, Problem> {
    let id = lookup.own_id()?;
    let first = PageQuery::first(SHOWN);
    let (vehicles, next) = lookup.page(vehicles_of(id), &first).await?;
    let licences = licences_of(&lookup, id).await?;
    if vehicles.is_empty() && licences.is_empty() {
        return Err(no_such_record());
    }
    let (audience, today) = (Audience::of(lookup.caller()), lookup.today());
    let summary = OwnSummary {
        vehicles: vehicles
            .into_iter()
            .map(|vehicle| VehicleRecord::new(vehicle, audience, today))
            .collect(),
        more_vehicles: next.is_some(),
        licences,
        open_violations: open(&lookup, tickets_of(id)).await?,
    };
    Ok(lookup.answer(summary))
}
