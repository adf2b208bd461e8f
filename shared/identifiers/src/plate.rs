//! Number plates.

use std::str::FromStr;

use crate::identifier::identifier;
use crate::text::Text;
use crate::{Identifier, Invalid, Rule};

identifier! {
    /// Number plate (號牌號碼) in its stored form, `ABC-1235`.
    ///
    /// Read in any writing: lower case, full width, any dash or space. Without a dash it is read where letters and digits
    /// part; where they part nowhere or twice (`1A2345`), [`PlateLookup`] finds the record. Plates older than 2012 live
    /// on, so this says nothing of the kind of vehicle: that is the record's.
    Plate[10], personal;
    "number plate", "號牌號碼", "^[A-Z0-9]{2,4}-[A-Z0-9]{2,5}$", "ABC-1235";
    |raw| {
        let (plate, dash) = plain(raw)?;
        let dash = match dash {
            Some(at) => at,
            None => only_change(&plate)?,
        };
        split_at(&plate, dash)
    }
}

/// What somebody wrote to look a plate up, with or without a dash.
#[derive(Clone, PartialEq, Eq)]
pub struct PlateLookup(Vec<Plate>);

impl PlateLookup {
    /// The plates it can mean: one if the dash was written, at most three otherwise. At most one of them is known to the
    /// register in practice; look for all of them.
    #[must_use]
    pub fn candidates(&self) -> &[Plate] {
        &self.0
    }
}

impl FromStr for PlateLookup {
    type Err = Invalid;

    fn from_str(raw: &str) -> Result<Self, Invalid> {
        let candidates = plain(raw).and_then(|(plate, dash)| match dash {
            Some(at) => Ok(vec![Plate(split_at(&plate, at)?)]),
            None => Ok((2..=4)
                .filter_map(|at| split_at(&plate, at).ok())
                .map(Plate)
                .collect()),
        });
        match candidates {
            Ok(candidates) if candidates.is_empty() => Err(Rule::Length.of::<Plate>()),
            Ok(candidates) => Ok(Self(candidates)),
            Err(rule) => Err(rule.of::<Plate>()),
        }
    }
}

impl std::fmt::Debug for PlateLookup {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl TryFrom<String> for PlateLookup {
    type Error = Invalid;

    fn try_from(raw: String) -> Result<Self, Invalid> {
        raw.parse()
    }
}

impl<'de> serde::Deserialize<'de> for PlateLookup {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl utoipa::PartialSchema for PlateLookup {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        utoipa::openapi::schema::ObjectBuilder::new()
            .schema_type(utoipa::openapi::schema::Type::String)
            .description(Some(format!(
                "{}，大小寫、全形、有無「-」皆可 (number plate in any writing)",
                Plate::ABOUT.term
            )))
            .examples([Plate::ABOUT.example, "abc1235"])
            .into()
    }
}

impl utoipa::ToSchema for PlateLookup {}

/// Capital letters and digits of any writing, and the place of the dash if there is one.
fn plain(raw: &str) -> Result<(String, Option<usize>), Rule> {
    let mut plate = String::with_capacity(9);
    let mut dash = None;
    for (at, written) in raw.trim().chars().enumerate() {
        match half_width(written).to_ascii_uppercase() {
            ch if ch.is_ascii_alphanumeric() => plate.push(ch),
            ch if is_separator(ch) => match dash.replace(plate.len()) {
                Some(before) if before != plate.len() => return Err(Rule::Character(at + 1)),
                _ => {}
            },
            _ => return Err(Rule::Character(at + 1)),
        }
        if plate.len() > 9 {
            return Err(Rule::Length);
        }
    }
    if plate.is_empty() {
        Err(Rule::Empty)
    } else {
        Ok((plate, dash))
    }
}

/// `Ａ` to `A`, `－` to `-`.
fn half_width(ch: char) -> char {
    match u32::from(ch) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(ch),
        _ => ch,
    }
}

/// Hyphens and dashes of every length, middle dots and spaces.
fn is_separator(ch: char) -> bool {
    matches!(
        ch,
        '-' | '.' | '·' | '‧' | '・' | '\u{2010}'
            ..='\u{2015}' | '\u{2212}' | '\u{FE58}' | '\u{FE63}' | '\u{30FC}'
    ) || ch.is_whitespace()
}

fn split_at(plate: &str, dash: usize) -> Result<Text<10>, Rule> {
    let (head, tail) = plate.split_at_checked(dash).ok_or(Rule::Form)?;
    if !(2..=4).contains(&head.len()) || !(2..=5).contains(&tail.len()) {
        return Err(Rule::Length);
    }
    Text::parse(&format!("{head}-{tail}"), 5, |_, _| true)
}

/// The only place where a letter meets a digit.
fn only_change(plate: &str) -> Result<usize, Rule> {
    let bytes = plate.as_bytes();
    let mut changes =
        (1..bytes.len()).filter(|&at| bytes[at - 1].is_ascii_digit() != bytes[at].is_ascii_digit());
    match (changes.next(), changes.next()) {
        (Some(at), None) => Ok(at),
        _ => Err(Rule::DashNeeded),
    }
}
