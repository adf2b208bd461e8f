//! National keys of parcels and buildings: a number alone is unique only inside its section.

use std::fmt;
use std::str::FromStr;

use crate::column::column_traits;
use crate::identifier::text_traits;
use crate::{BuildingNo, Identifier, Invalid, LandOffice, ParcelNo, Rule, Section};

/// National key of a parcel: land office, section and parcel number (地政事務所、地段、地號), `AD-0453-00020001`.
///
/// Read also with the number as people write it (`AD-0453-2-1`) and without dashes (`AD045300020001`).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ParcelKey {
    /// 地政事務所
    pub office: LandOffice,
    /// 地段
    pub section: Section,
    /// 地號
    pub number: ParcelNo,
}

/// National key of a building: land office, section and building number (地政事務所、地段、建號), `AD-0453-01234000`.
///
/// Read in the same ways as [`ParcelKey`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BuildingKey {
    /// 地政事務所
    pub office: LandOffice,
    /// 地段
    pub section: Section,
    /// 建號
    pub number: BuildingNo,
}

fn parts<N: Identifier>(raw: &str) -> Result<(LandOffice, Section, N), Rule> {
    if raw.is_empty() {
        return Err(Rule::Empty);
    }
    let dashed = || {
        raw.split_once('-')
            .and_then(|(office, rest)| Some((office, rest.split_once('-')?)))
    };
    let run = || {
        raw.split_at_checked(2)
            .and_then(|(office, rest)| Some((office, rest.split_at_checked(4)?)))
    };
    let in_one_run = raw.len() == 14 && !raw.contains('-');
    let (office, (section, number)) =
        if in_one_run { run() } else { dashed() }.ok_or(Rule::Form)?;
    // Places are counted inside a part and would mislead here, so every fault of a part is one of form.
    let form = |_: Invalid| Rule::Form;
    Ok((
        office.parse().map_err(form)?,
        section.parse().map_err(form)?,
        number.parse().map_err(form)?,
    ))
}

macro_rules! key {
    ($key:ident; $english:literal, $term:literal, $example:literal) => {
        impl FromStr for $key {
            type Err = Invalid;

            fn from_str(raw: &str) -> Result<Self, Invalid> {
                let (office, section, number) = parts(raw).map_err(Rule::of::<Self>)?;
                Ok(Self { office, section, number })
            }
        }

        impl fmt::Display for $key {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}-{}-{}", self.office, self.section, self.number)
            }
        }

        text_traits!($key, public; $english, $term, "^[A-Z][A-Z0-9]-[0-9]{4}-[0-9]{8}$", $example);
        column_traits!($key);
    };
}

key!(ParcelKey; "parcel key", "地政事務所、地段及地號", "AD-0453-00020001");
key!(BuildingKey; "building key", "地政事務所、地段及建號", "AD-0453-01234000");
