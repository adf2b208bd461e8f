//! The questions, one file each.

mod shelter_by_number;
mod stays;

capability::lookups![
    stays::own_stays,
    stays::stays_of_person,
    shelter_by_number::shelter_by_number,
];
