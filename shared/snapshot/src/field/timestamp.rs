//! Instants.

use chrono::{DateTime, SecondsFormat, Utc};

use super::{Cell, Field, FieldFault, Format, Kind};

impl Field for DateTime<Utc> {
    const KIND: Kind = Kind::Timestamp;

    fn parse<'a>(raw: &'a str, _: &Format) -> Result<Cell<'a>, FieldFault> {
        // An instant without its offset is a guess of eight hours in Taiwan, so the offset is required.
        DateTime::parse_from_rfc3339(raw)
            .map(|instant| Cell::Timestamp(instant.to_utc()))
            .map_err(|_| {
                FieldFault::new(
                    "datetime",
                    "an instant with its offset, as 2026-11-20T18:00:00+08:00",
                )
            })
    }

    fn written(&self) -> String {
        self.to_rfc3339_opts(SecondsFormat::AutoSi, true)
    }
}
