//! What can be filed, one kind a file.

mod shelter_change;

pub(crate) use shelter_change::ShelterChange;

capability::applications![ShelterChange];
