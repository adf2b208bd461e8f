//! The questions, one file each.

mod claims;
mod coverages;
mod estimate_old_age;
mod estimate_sickness;
mod estimate_unemployment;
mod own_insured_years;
mod own_summary;
pub(crate) mod person;
mod roster;

capability::lookups![
    own_summary::own_insurance,
    coverages::own_coverages,
    own_insured_years::own_insured_years,
    claims::own_claims,
    estimate_old_age::estimate_old_age,
    estimate_unemployment::estimate_unemployment,
    estimate_sickness::estimate_sickness,
    coverages::person_coverages,
    claims::person_claims,
    roster::roster,
];
