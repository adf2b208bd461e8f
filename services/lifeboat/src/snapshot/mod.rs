//! `lifeboat snapshot …`: data packages in, from an agency's folder to a served database.

mod bars;
mod check;
mod load;
mod settings;
mod show;
mod stored;
mod target;
mod wait;

use std::process::ExitCode;

use ::snapshot::System;
use clap::Subcommand;

use crate::outcome::Failure;
pub(crate) use bars::watched;
pub(crate) use settings::Settings;
pub(crate) use target::LoadRules;

/// What to do with data packages and the snapshots made of them.
#[derive(Debug, Subcommand)]
pub(crate) enum SnapshotCommand {
    /// Checks a data package without a database: description, hashes, signature, every row.
    Check(check::Options),
    /// Loads a data package beside what is served, proves it, and switches to it.
    Load(load::Options),
    /// Lists the snapshots of a database.
    List(stored::ListOptions),
    /// Waits until a snapshot of each named system is in service.
    Wait(wait::Options),
    /// Goes back to the previous snapshot. A second rollback goes forward again.
    Rollback(stored::RollbackOptions),
    /// Prints the statements that make a system's tables, keys and indexes.
    Ddl(stored::DdlOptions),
}

/// Runs a command. Exit codes: 0 done, 1 failed, 2 usage, 3 refused for safety.
pub(crate) async fn run(
    command: SnapshotCommand,
    systems: &[System],
    settings: &Settings,
    json: bool,
) -> ExitCode {
    let done = match command {
        SnapshotCommand::Check(options) => check::run(options, systems, settings, json).await,
        SnapshotCommand::Load(options) => load::run(options, systems, settings, json).await,
        SnapshotCommand::List(options) => stored::list(&options, systems, settings, json).await,
        SnapshotCommand::Wait(options) => wait::run(&options, systems, settings).await,
        SnapshotCommand::Rollback(options) => {
            stored::rollback(&options, systems, settings, json).await
        }
        SnapshotCommand::Ddl(options) => stored::ddl(&options, systems),
    };
    done.unwrap_or_else(|failure: Failure| failure.tell())
}
