use actix_web::get;
use capability::{Answer, Answered, Audience, Lookup, Problems, no_such_record};
use runtime::problem::Problem;

use super::covers::card_of;
use crate::records::Card;

/// The caller's card, the one issued last. 本人健保卡
#[utoipa::path(tag = "own", responses((status = 200, body = Answered<Card>), Problems))]
#[get("/v1/me/card")]
pub(super) async fn own_card(lookup: Lookup) -> Result<Answer<Card>, Problem> {
    let card = card_of(&lookup, lookup.own_id()?)
        .await?
        .ok_or_else(no_such_record)?;
    let audience = Audience::of(lookup.caller());
    Ok(lookup.answer(Card::new(card, audience)))
}
