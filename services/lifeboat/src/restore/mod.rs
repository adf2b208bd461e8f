//! `lifeboat restore`: from any k clouds and t custodians to files or served databases.

mod custodians;
mod listing;
mod place;
mod progress;
mod summary;

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::thread::available_parallelism;

use ::snapshot::System;
use clap::Args;
use vault::object::Sequence;
use vault::restore::{Asked, Choice, Database, Restore, RestoreError, Sink, Size, named_witness};

use crate::outcome::{Failure, say};
use crate::settings::Settings;
use crate::snapshot::LoadRules;
use place::PlaceOptions;

pub(crate) use custodians::{CustodianOptions, Given};
pub(crate) use place::whereabouts;
pub(crate) use progress::{tick, warn};

/// As many connections a database is given where nothing is said, however many cores there are: a server takes 100 in all.
const MOST: NonZeroUsize = match NonZeroUsize::new(16) {
    Some(most) => most,
    None => NonZeroUsize::MIN,
};

/// What to restore, from where, and where to.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    place: PlaceOptions,
    #[command(flatten)]
    custodians: CustodianOptions,
    /// Only this system, or source by its name; may be repeated.
    #[arg(long, value_name = "NAME")]
    system: Vec<String>,
    /// Only systems of this recovery tier and those before it: 0, 1 or 2.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=2))]
    tier: Option<u8>,
    /// Only this table; may be repeated.
    #[arg(long, value_name = "NAME")]
    table: Vec<String>,
    /// Only the part of the table in which this key lies (first column of its primary key).
    #[arg(long, value_name = "VALUE", requires = "table")]
    key: Option<String>,
    /// An older restore point [default: the newest].
    #[arg(long, value_name = "SEQUENCE", value_parser = clap::value_parser!(u64).range(1..))]
    at: Option<u64>,
    /// What custodians or the on-premises log know of the newest backup, SEQUENCE:HASH, or a file with such words; anything
    /// older is refused [default: witness.log in the vault's state folder, where there is one].
    #[arg(long, value_name = "SEQUENCE:HASH|FILE")]
    witness: Option<String>,
    /// Lists the restore points; needs no custodian.
    #[arg(long, conflicts_with = "to")]
    list: bool,
    /// A folder that does not exist yet or is empty, or a database: postgres://… or sqlite://… [default: `database` under
    /// [snapshot] in lifeboat.toml]. A database that was backed up is made again in the one that postgres://… names, if that holds
    /// nothing in its way.
    #[arg(long, value_name = "DIR|URL")]
    to: Option<String>,
    /// A folder for what is on its way into a database [default: .lifeboat-spool here]. Removed at the end.
    #[arg(long, value_name = "DIR")]
    spool: Option<PathBuf>,
    /// Connections that build keys of a database that is made again; two more copy rows [default: as many as there are cores].
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(1..=64))]
    connections: Option<u8>,
    #[command(flatten)]
    rules: LoadRules,
}

/// Words and exit code of a restore that did not do what it was asked.
pub(crate) fn failure(error: &RestoreError) -> Failure {
    let said = error.to_string();
    let failure = match error.exit_code() {
        2 => Failure::usage(said),
        3 => Failure::refused(said),
        _ => Failure::failed(said),
    };
    failure.next(error.next_step())
}

pub(crate) async fn run(
    options: Options,
    systems: &[System],
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let place = options.place.read()?;
    let clock = runtime::clock::system();
    if options.list {
        return listing::run(&place.whereabouts, &clock, json).await;
    }
    let witness = match (&options.witness, &place.witness_log) {
        (Some(named), _) => Some(named_witness(named)),
        (None, Some(log)) => log.to_str().map(named_witness),
        (None, None) => None,
    };
    let to = options.to.clone().or_else(|| settings.snapshot.database.clone()).ok_or_else(|| {
        Failure::usage("no place to restore to is named")
            .next("say --to DIR, --to postgres://… or --to sqlite://FOLDER, or set database under [snapshot] in lifeboat.toml")
    })?;
    let asked = Asked {
        at: options.at.and_then(Sequence::new),
        witness: witness.transpose().map_err(|error| failure(&error))?,
    };
    let custodians = options.custodians.read()?;
    let opened = Restore::open(
        &place.whereabouts,
        asked,
        |master| custodians.gather(master),
        &clock,
    );
    let restore = opened.await.map_err(|error| failure(&error))?;
    if place.whereabouts.fingerprint.is_none() {
        warn(&format!(
            "nothing was pinned; compare the vault's fingerprint with the one that people know: {}",
            restore.fingerprint()
        ));
    }
    let said = restore.warnings().to_vec();
    for words in &said {
        warn(words);
    }
    let choice = Choice {
        systems: options.system.clone(),
        tier: options.tier,
        tables: options.table.clone(),
        key: options.key.clone(),
        order: systems
            .iter()
            .map(|system| system.name.to_owned())
            .collect(),
    };
    let plan = restore
        .plan(&choice)
        .await
        .map_err(|error| failure(&error))?;
    let more = plan.warnings().iter().filter(|words| !said.contains(words));
    for words in more {
        warn(words);
    }
    let totals = plan.totals();
    if !json {
        let point = &plan.point().head;
        say(format_args!(
            "backup {} of {}: {} file(s), {}; {} to fetch",
            point.sequence,
            point.created.format("%Y-%m-%d %H:%M UTC"),
            totals.files,
            Size(totals.bytes),
            Size(totals.fetched)
        ));
    }
    let events = progress::watched(json, totals.bytes);
    let sink = sink(&options, &to, systems, settings, json)?;
    let restored = plan.run(sink, Arc::clone(&events)).await;
    drop(events);
    let restored = restored.map_err(|error| failure(&error))?;
    summary::tell(&restored, &to, json)?;
    Ok(ExitCode::SUCCESS)
}

fn sink(
    options: &Options,
    to: &str,
    systems: &[System],
    settings: &Settings,
    json: bool,
) -> Result<Sink, Failure> {
    let is_database = ["postgres://", "postgresql://", "sqlite://"]
        .iter()
        .any(|scheme| to.starts_with(scheme));
    if !is_database {
        if to.contains("://") {
            return Err(Failure::usage(format!("`{to}` is no place to restore to"))
                .next("name a folder, postgres://… or sqlite://FOLDER"));
        }
        return Ok(Sink::Folder(PathBuf::from(to)));
    }
    if !options.table.is_empty() {
        return Err(
            Failure::usage("a database takes whole systems and no single tables")
                .next("restore the table to a folder: --to DIR"),
        );
    }
    let spool = options.spool.clone();
    Ok(Sink::Database(Database {
        url: to.to_owned(),
        systems: systems.to_vec(),
        options: options.rules.read(&settings.snapshot)?,
        progress: crate::snapshot::watched(json),
        spool: spool.unwrap_or_else(|| PathBuf::from(".lifeboat-spool")),
        connections: connections(options.connections),
    }))
}

/// As many as asked for, or as there are cores.
fn connections(asked: Option<u8>) -> NonZeroUsize {
    let asked = asked.and_then(|asked| NonZeroUsize::new(asked.into()));
    let cores = || available_parallelism().map_or(NonZeroUsize::MIN, |cores| cores.min(MOST));
    asked.unwrap_or_else(cores)
}
