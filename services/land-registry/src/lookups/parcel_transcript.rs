use actix_web::get;
use capability::{Answer, Answered, Key, Lookup, Parameters, Problems, ReasonHeaders};
use identifiers::{LandObject, ParcelKey};
use runtime::problem::Problem;
use sea_orm::EntityTrait;

use super::transcript::{TranscriptQuery, transcript};
use crate::records::{ParcelDescription, Transcript};
use crate::tables::parcel;

/// The transcript of a parcel: everybody in its second class, owners and offices fuller. 土地登記謄本
///
/// The number is read in its eight digits or as people write it, `AD-0012-2-1`.
#[utoipa::path(
    tag = "transcript",
    params(
        ReasonHeaders,
        ("parcel_key" = ParcelKey, Path, description = "地政事務所－地段－地號"),
        TranscriptQuery
    ),
    security(()),
    responses((status = 200, body = Answered<Transcript<ParcelDescription>>), Problems)
)]
#[get("/v1/parcels/{parcel_key}")]
pub(super) async fn parcel_transcript(
    lookup: Lookup,
    key: Key<ParcelKey>,
    query: Parameters<TranscriptQuery>,
) -> Result<Answer<Transcript<ParcelDescription>>, Problem> {
    let Key(key) = key;
    let shown = (key.to_string(), key.number.shown());
    let found = parcel::Entity::find_by_id((key.office, key.section, key.number));
    transcript(&lookup, LandObject::Parcel(key), shown, found, query.0).await
}
