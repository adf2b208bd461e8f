//! The land register: offices, sections, parcels, buildings, shares.

mod fraction;
mod key;
mod number;
mod object;
mod share;

pub use fraction::Fraction;
pub use key::{BuildingKey, ParcelKey};
pub use number::{BuildingNo, LandOffice, ObjectNo, ParcelNo, Section};
pub use object::{LandObject, ObjectKind};
pub use share::{Share, ShareType};
