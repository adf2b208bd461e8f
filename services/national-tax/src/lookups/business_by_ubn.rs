use actix_web::get;
use capability::{Answer, Answered, Key, Lookup, OrProblem, Problems, no_such_record};
use identifiers::Ubn;
use runtime::problem::Problem;
use sea_orm::EntityTrait;

use crate::records::BusinessRecord;
use crate::tables::business_registration;

/// Whether a business is registered for taxes, for anybody, without a token. 稅籍登記公示資料查詢
#[utoipa::path(
    tag = "business",
    params(("ubn" = Ubn, Path, description = "統一編號")),
    responses((status = 200, body = Answered<BusinessRecord>), Problems)
)]
#[get("/v1/businesses/{ubn}")]
pub(super) async fn business_by_ubn(
    lookup: Lookup,
    key: Key<Ubn>,
) -> Result<Answer<BusinessRecord>, Problem> {
    let business = business_registration::Entity::find_by_id(key.0)
        .one(lookup.db())
        .await
        .or_problem()?
        .ok_or_else(no_such_record)?;
    Ok(lookup.answer(business.into()))
}
