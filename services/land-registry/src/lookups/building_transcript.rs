use actix_web::get;
use capability::{Answer, Answered, Key, Lookup, Parameters, Problems, ReasonHeaders};
use identifiers::{BuildingKey, LandObject};
use runtime::problem::Problem;
use sea_orm::EntityTrait;

use super::transcript::{TranscriptQuery, transcript};
use crate::records::{BuildingDescription, Transcript};
use crate::tables::building;

/// The transcript of a building: everybody in its second class, owners and offices fuller. 建物登記謄本
///
/// The number is read in its eight digits or as people write it, `AD-0012-1234`.
#[utoipa::path(
    tag = "transcript",
    params(
        ReasonHeaders,
        ("building_key" = BuildingKey, Path, description = "地政事務所－地段－建號"),
        TranscriptQuery
    ),
    security(()),
    responses((status = 200, body = Answered<Transcript<BuildingDescription>>), Problems)
)]
#[get("/v1/buildings/{building_key}")]
pub(super) async fn building_transcript(
    lookup: Lookup,
    key: Key<BuildingKey>,
    query: Parameters<TranscriptQuery>,
) -> Result<Answer<Transcript<BuildingDescription>>, Problem> {
    let Key(key) = key;
    let shown = (key.to_string(), key.number.shown());
    let found = building::Entity::find_by_id((key.office, key.section, key.number));
    transcript(&lookup, LandObject::Building(key), shown, found, query.0).await
}
