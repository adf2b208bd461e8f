//! `lifeboat backup prune`

use std::process::ExitCode;

use chrono::TimeDelta;
use clap::Args;
use vault::keep::prune;

use super::keeper::{KeeperOptions, Known};
use crate::outcome::{Failure, say, say_json};
use crate::restore::failure;

/// What to remove.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Of custodians the shares, or contributions, of two different ones at least: no one person removes backups.
    #[command(flatten)]
    keeper: KeeperOptions,
    /// Removes generations whose last backup is older than so many days.
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u32).range(1..=36_500))]
    retention_days: u32,
    /// Really removes them; without it the command only says what it would remove.
    #[arg(long)]
    yes: bool,
}

pub(crate) async fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let known = Known::read(&options.keeper)?;
    let keeper = known.keeper().await?;
    let census = known.given.census(&keeper.found().descriptor.master);
    let retention = TimeDelta::days(i64::from(options.retention_days));
    let pruned = prune(&keeper, &census.good, retention, !options.yes).await;
    let pruned = pruned.map_err(|error| failure(&error))?;
    if json {
        say_json(&pruned)?;
    } else if pruned.generations.is_empty() {
        say(format_args!("no generation is that old; nothing to remove"));
    }
    let mut whole = true;
    for one in &pruned.generations {
        whole &= pruned.dry_run || (one.erased && one.faults.is_empty());
        if json {
            continue;
        }
        let what = match (pruned.dry_run, one.erased) {
            (true, _) => "would be removed",
            (false, true) => "is erased: its keyring is gone from every cloud",
            (false, false) => "is NOT erased: its keyring is left on a cloud",
        };
        say(format_args!(
            "generation {}, {} restore point(s), the last of {}: {what}; {} object(s) deleted, {} kept",
            one.generation,
            one.points,
            one.newest.format("%Y-%m-%d"),
            one.deleted,
            one.kept
        ));
        for fault in &one.faults {
            say(format_args!("  {fault}"));
        }
    }
    if pruned.dry_run && !pruned.generations.is_empty() && !json {
        say(format_args!("nothing was deleted; say --yes to do it"));
    }
    if whole {
        return Ok(ExitCode::SUCCESS);
    }
    Err(Failure::failed("some objects could not be deleted").next(
        "prune again when the locks have ended, from a machine whose credentials may delete, with all clouds there",
    ))
}
