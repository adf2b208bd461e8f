//! What ownership and encumbrance entries refer to: a parcel or a building.

use std::fmt;
use std::str::FromStr;

use crate::code::code;
use crate::column::column_traits;
use crate::identifier::text_traits;
use crate::{BuildingKey, Invalid, LandOffice, ParcelKey, Rule, Section};

code! {
    /// Parcel or building (土地或建物), as the column `object_kind` says.
    ObjectKind; "kind of land object", "土地或建物", "^(parcel|building)$", "parcel";
    /// 建物
    Building = "building",
    /// 土地
    Parcel = "parcel",
}

/// A parcel or a building anywhere in the country (土地或建物標示), `parcel:AD-0453-00020001`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LandObject {
    /// 建物
    Building(BuildingKey),
    /// 土地
    Parcel(ParcelKey),
}

impl LandObject {
    /// The object of a row's columns; `number` is its parcel or building number in any form.
    ///
    /// # Errors
    /// [`Invalid`] when `number` is not one of that kind.
    pub fn new(
        office: LandOffice,
        section: Section,
        kind: ObjectKind,
        number: &str,
    ) -> Result<Self, Invalid> {
        Ok(match kind {
            ObjectKind::Building => Self::Building(BuildingKey {
                office,
                section,
                number: number.parse()?,
            }),
            ObjectKind::Parcel => Self::Parcel(ParcelKey {
                office,
                section,
                number: number.parse()?,
            }),
        })
    }

    /// Parcel or building.
    #[must_use]
    pub fn kind(&self) -> ObjectKind {
        match self {
            Self::Building(_) => ObjectKind::Building,
            Self::Parcel(_) => ObjectKind::Parcel,
        }
    }
}

impl FromStr for LandObject {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        let (kind, key) = raw
            .split_once(':')
            .ok_or_else(|| Rule::no_form_of::<Self>(raw))?;
        let own = |invalid: Invalid| invalid.rule().of::<Self>();
        match kind.parse().map_err(own)? {
            ObjectKind::Building => key.parse().map(Self::Building).map_err(own),
            ObjectKind::Parcel => key.parse().map(Self::Parcel).map_err(own),
        }
    }
}

impl fmt::Display for LandObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Building(key) => write!(f, "building:{key}"),
            Self::Parcel(key) => write!(f, "parcel:{key}"),
        }
    }
}

text_traits!(
    LandObject, public;
    "land object", "土地或建物標示", "^(parcel|building):[A-Z][A-Z0-9]-[0-9]{4}-[0-9]{8}$", "parcel:AD-0453-00020001"
);
column_traits!(LandObject);
