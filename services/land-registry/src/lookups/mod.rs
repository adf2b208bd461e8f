//! The questions, one file each.

mod building_transcript;
mod own_summary;
mod parcel_transcript;
mod titles;
mod transcript;

capability::lookups![
    own_summary::own_summary,
    titles::own_titles,
    parcel_transcript::parcel_transcript,
    building_transcript::building_transcript,
    titles::titles_of_owner,
];
