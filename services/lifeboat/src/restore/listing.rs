//! `lifeboat restore --list`

use std::process::ExitCode;

use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use runtime::clock::SharedClock;
use serde_json::json;
use vault::object::Sequence;
use vault::restore::{History, Whereabouts, find};

use super::failure;
use super::progress::warn;
use crate::outcome::{Failure, say};

pub(super) async fn run(
    place: &Whereabouts,
    clock: &SharedClock,
    json: bool,
) -> Result<ExitCode, Failure> {
    let found = find(place, clock).await.map_err(|error| failure(&error))?;
    let history = History::read(&found, Some(Sequence::FIRST)).await;
    let history = history.map_err(|error| failure(&error))?;
    let now = clock.now();
    if json {
        let points: Vec<_> = history
            .points
            .values()
            .map(|point| {
                json!({
                    "sequence": point.head.sequence, "generation": point.head.generation, "created": point.head.created,
                    "expires": point.head.expires, "expired": point.is_expired(now), "clouds": point.clouds,
                    "witness": point.witness().to_string(),
                })
            })
            .collect();
        say(format_args!(
            "{}",
            json!({
                "fingerprint": found.fingerprint, "repository": found.descriptor.repository, "points": points,
                "blames": found.clouds.blames().all(), "warnings": history.warnings,
            })
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "sequence",
        "created",
        "generation",
        "on clouds",
        "",
        "witness",
    ]);
    for point in history.points.values().rev() {
        let clouds: Vec<_> = point.clouds.iter().map(u8::to_string).collect();
        table.add_row([
            point.head.sequence.to_string(),
            point.head.created.format("%Y-%m-%d %H:%M UTC").to_string(),
            point.head.generation.to_string(),
            clouds.join(", "),
            if point.is_expired(now) { "expired" } else { "" }.to_owned(),
            point.witness().to_string(),
        ]);
    }
    say(format_args!("{table}"));
    say(format_args!(
        "fingerprint of the vault: {}",
        found.fingerprint
    ));
    history.warnings.iter().for_each(|words| warn(words));
    for blame in found.clouds.blames().all() {
        warn(&blame.to_string());
    }
    Ok(ExitCode::SUCCESS)
}
