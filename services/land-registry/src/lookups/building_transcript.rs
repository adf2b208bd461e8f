use actix_web::get;
use capability::{
    Answer, Answered, Key, Lookup, OrProblem, Parameters, Problems, ReasonHeaders, no_such_record,
};
use identifiers::{BuildingKey, ObjectKind};
use runtime::problem::Problem;
use sea_orm::EntityTrait;

use super::transcript::{Object, TranscriptQuery, transcript};
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
    let found = building::Entity::find_by_id((key.office, key.section, key.number))
        .one(lookup.db())
        .await
        .or_problem()?
        .ok_or_else(no_such_record)?;
    let object = Object {
        office: key.office,
        section: key.section,
        kind: ObjectKind::Building,
        number: key.number.into(),
    };
    let shown = (key.to_string(), key.number.shown());
    let transcript = transcript(&lookup, object, shown, found.into(), query.0).await?;
    Ok(lookup.answer(transcript))
}
