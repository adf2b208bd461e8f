use actix_web::get;
use capability::{Answer, Answered, Audience, Key, Lookup, Problems, ReasonHeaders};
use identifiers::PlateLookup;
use runtime::problem::Problem;

use super::vehicle::vehicle;
use crate::records::VehicleRecord;

/// A vehicle by its plate in any writing; for officers, with purpose and case number. 依號牌查詢
#[utoipa::path(
    tag = "vehicle",
    params(ReasonHeaders, ("plate" = PlateLookup, Path, description = "號牌號碼")),
    responses((status = 200, body = Answered<VehicleRecord>), Problems)
)]
#[get("/v1/vehicles/{plate}")]
pub(super) async fn vehicle_by_plate(
    lookup: Lookup,
    key: Key<PlateLookup>,
) -> Result<Answer<VehicleRecord>, Problem> {
    let vehicle = vehicle(&lookup, &key.0).await?;
    let audience = Audience::of(lookup.caller());
    Ok(lookup.answer(VehicleRecord::new(vehicle, audience, lookup.today())))
}
