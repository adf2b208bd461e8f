//! What can be filed, one kind a file.

mod card_reissue;

use capability::{Form, Kind};
use utoipa_actix_web::service_config::ServiceConfig;

use card_reissue::CardReissue;

pub(crate) const KINDS: &[Kind] = &[CardReissue::KIND];

pub(crate) fn routes(config: &mut ServiceConfig<'_>) {
    config.service(card_reissue::file_card_reissue);
}
