//! Taiwan's registry identifiers, dates, shares and masks as parsed types.
//!
//! A value of one of these types has passed its rule; code that holds one never checks again. Every identifier has the
//! same surface: [`FromStr`](std::str::FromStr) with [`Invalid`] as its error, `Display` and `as_str` giving the stored
//! form, serde as a string (reading validates), a sea-orm TEXT column that may be a primary key, and a utoipa schema
//! that carries the Chinese term. `Debug` of what names a person shows only the shape, so that no log can leak it.
//!
//! Errors name the rule that failed and never repeat the value.

mod about;
mod area;
mod check_digit;
mod code;
mod column;
mod date_form;
mod identifier;
mod invalid;
mod land;
pub mod mask;
mod national_id;
mod numbers;
mod party_id;
mod person_id;
mod person_name;
mod plate;
mod roc_date;
mod text;
mod ubn;
mod ui_number;

pub use about::{About, Identifier};
pub use area::{AreaCode, AreaLevel, Neighbourhood};
pub use date_form::DateForm;
pub use invalid::{Invalid, Rule};
pub use land::{
    BuildingKey, BuildingNo, Fraction, LandObject, LandOffice, ObjectKind, ObjectNo, ParcelKey,
    ParcelNo, Section, Share, ShareType,
};
pub use national_id::{NationalId, Sex};
pub use numbers::{
    HouseTaxNo, HouseholdNo, InstitutionNo, InsuredUnitCheck, InsuredUnitNo, NhiCardNo, PassportNo,
    Phone, RecordNo,
};
pub use party_id::PartyId;
pub use person_id::PersonId;
pub use person_name::PersonName;
pub use plate::{Plate, PlateLookup};
pub use roc_date::RocDate;
pub use ubn::Ubn;
pub use ui_number::{UiForm, UiNumber};
