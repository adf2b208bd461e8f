use actix_web::get;
use capability::{Answer, Answered, Key, Lookup, OrProblem, Problems, no_such_record};
use identifiers::RecordNo;
use runtime::problem::Problem;
use sea_orm::EntityTrait;

use crate::records::ShelterRecord;
use crate::tables::shelter;

/// A shelter, for anybody. 依編號查詢收容所
#[utoipa::path(
    tag = "shelter",
    params(("shelter_no" = RecordNo, Path, description = "收容所編號")),
    responses((status = 200, body = Answered<ShelterRecord>), Problems)
)]
#[get("/v1/shelters/{shelter_no}")]
pub(super) async fn shelter_by_number(
    lookup: Lookup,
    key: Key<RecordNo>,
) -> Result<Answer<ShelterRecord>, Problem> {
    let shelter = shelter::Entity::find_by_id(key.0)
        .one(lookup.db())
        .await
        .or_problem()?
        .ok_or_else(no_such_record)?;
    Ok(lookup.answer(shelter.into()))
}
