//! The questions, one file each.

mod check_identity;
mod household_by_number;
mod households_at_address;
mod kin;
mod members;
mod own_household;
mod own_kin;
mod own_record;
pub(crate) mod person;
mod person_by_id;
mod person_kin;
mod persons_by_name;

capability::lookups![
    own_record::own_record,
    own_household::own_household,
    own_kin::own_kin,
    person_by_id::person_by_id,
    persons_by_name::persons_by_name,
    person_kin::kin_of_person,
    household_by_number::household_by_number,
    households_at_address::households_at_address,
    check_identity::check_identity,
];
