use actix_web::get;
use capability::{Audience, List, Listed, Lookup, PageQuery, Parameters, Problems};
use runtime::problem::Problem;

use super::vehicle::vehicles_of;
use crate::records::VehicleRecord;

/// The caller's vehicles. 本人車輛
#[utoipa::path(tag = "own", params(PageQuery), responses((status = 200, body = Listed<VehicleRecord>), Problems))]
#[get("/v1/me/vehicles")]
pub(super) async fn own_vehicles(
    lookup: Lookup,
    page: Parameters<PageQuery>,
) -> Result<List<VehicleRecord>, Problem> {
    let own = vehicles_of(lookup.own_id()?);
    let (audience, today) = (Audience::of(lookup.caller()), lookup.today());
    let record = |vehicle| VehicleRecord::new(vehicle, audience, today);
    lookup.records(own, &page.0, record).await
}
