use capability::{Audience, List, Lookup, PageQuery};
use identifiers::PersonId;
use runtime::problem::Problem;

use super::vehicle::vehicles_of;
use crate::records::VehicleRecord;

/// A person's vehicles.
async fn vehicles(
    lookup: &Lookup,
    person: PersonId,
    page: PageQuery,
) -> Result<List<VehicleRecord>, Problem> {
    let (audience, today) = (Audience::of(lookup.caller()), lookup.today());
    let record = |vehicle| VehicleRecord::new(vehicle, audience, today);
    lookup.records(vehicles_of(person), &page, record).await
}

capability::lists! {
    vehicles(PersonId, PageQuery) -> VehicleRecord;

    /// The caller's vehicles. 本人車輛
    own_vehicles at "/v1/me/vehicles", tag = "own";
}
