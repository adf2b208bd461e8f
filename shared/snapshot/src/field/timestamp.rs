//! Instants.

use std::ops::RangeInclusive;

use chrono::{DateTime, Datelike as _, SecondsFormat, Utc};

use super::{Cell, Field, FieldFault, Format, Kind};

/// Years, in UTC, that both databases hold and every reader of answers can read.
pub(crate) const YEARS: RangeInclusive<i32> = 1..=9999;

impl Field for DateTime<Utc> {
    const KIND: Kind = Kind::Timestamp;

    fn parse<'a>(raw: &'a str, _: &Format) -> Result<Cell<'a>, FieldFault> {
        // An instant without its offset is a guess of eight hours in Taiwan, so the offset is required.
        let instant = DateTime::parse_from_rfc3339(raw).map_err(|_| {
            FieldFault::new(
                "datetime",
                "an instant with its offset, as 2026-11-20T18:00:00+08:00",
            )
        })?;
        let instant = instant.to_utc();
        if !YEARS.contains(&instant.year()) {
            return Err(FieldFault::new(
                "datetime",
                "an instant whose year in UTC is between 1 and 9999",
            ));
        }
        Ok(Cell::Timestamp(instant))
    }

    fn written(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn years_that_a_database_cannot_hold_are_refused() {
        let format = Format::default();
        for raw in [
            "0000-01-01T00:00:00+08:00",
            "0000-06-01T00:00:00Z",
            "0001-01-01T00:00:00+08:00",
            "9999-12-31T23:59:59-12:00",
        ] {
            let fault = DateTime::<Utc>::parse(raw, &format).unwrap_err();
            assert_eq!(fault.rule, "datetime", "{raw}");
        }
        for raw in [
            "0001-01-01T00:00:00Z",
            "9999-12-31T23:59:59Z",
            "9999-12-31T23:59:59+08:00",
        ] {
            assert!(DateTime::<Utc>::parse(raw, &format).is_ok(), "{raw}");
        }
    }
}
