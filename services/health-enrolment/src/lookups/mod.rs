//! The questions, one file each.

mod arrears;
mod coverage_check;
mod covers;
mod enrolments;
mod own_card;
mod person_cover;

capability::lookups![
    person_cover::own_cover,
    enrolments::own_enrolments,
    own_card::own_card,
    arrears::own_arrears,
    person_cover::cover_of_person,
    enrolments::enrolments_of_person,
    arrears::arrears_of_person,
    coverage_check::coverage_check,
];
