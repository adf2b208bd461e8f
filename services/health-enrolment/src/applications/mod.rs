//! What can be filed, one kind a file.

mod card_reissue;

pub(crate) use card_reissue::CardReissue;

capability::applications![CardReissue];
