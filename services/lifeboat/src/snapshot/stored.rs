//! `lifeboat snapshot list`, `rollback` and `ddl`

use std::process::ExitCode;

use ::snapshot::System;
use ::snapshot::ddl::{Dialect, listing};
use clap::{Args, ValueEnum};
use serde_json::json;

use super::settings::Settings;
use super::show;
use super::target::{DatabaseOption, system};
use crate::outcome::Failure;

/// What to list.
#[derive(Debug, Args)]
pub(crate) struct ListOptions {
    /// Only this system [default: all that this program knows].
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    #[command(flatten)]
    database: DatabaseOption,
}

pub(crate) async fn list(
    options: &ListOptions,
    systems: &[System],
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let chosen = match &options.system {
        Some(name) => std::slice::from_ref(system(name, systems)?),
        None => systems,
    };
    let mut snapshots = Vec::new();
    for system in chosen {
        snapshots.extend(
            options
                .database
                .store(system, settings)?
                .list()
                .await
                .map_err(Failure::failed)?,
        );
    }
    if json {
        show::json(&snapshots)?;
    } else if snapshots.is_empty() {
        show::out("there is no snapshot; load one with `lifeboat snapshot load`")?;
    } else {
        show::out(&show::snapshots(&snapshots).to_string())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// What to go back to.
#[derive(Debug, Args)]
pub(crate) struct RollbackOptions {
    /// The system, e.g. household.
    #[arg(long, value_name = "NAME")]
    system: String,
    #[command(flatten)]
    database: DatabaseOption,
}

pub(crate) async fn rollback(
    options: &RollbackOptions,
    systems: &[System],
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let store = options
        .database
        .store(system(&options.system, systems)?, settings)?;
    let snapshot = store
        .rollback(runtime::clock::system().now())
        .await
        .map_err(Failure::failed)?;
    if json {
        show::json(&json!({ "outcome": "rolled-back", "snapshot": snapshot }))?;
    } else {
        let (id, taken_at) = (snapshot.id, snapshot.taken_at);
        show::out(&format!(
            "snapshot {id} of {taken_at} is served now; a second rollback goes forward again"
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Whose statements to print.
#[derive(Debug, Args)]
pub(crate) struct DdlOptions {
    /// The system, e.g. household.
    #[arg(long, value_name = "NAME")]
    system: String,
    /// For which database.
    #[arg(long = "for", value_enum, default_value_t = DatabaseKind::Postgres)]
    database: DatabaseKind,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum DatabaseKind {
    Postgres,
    Sqlite,
}

pub(crate) fn ddl(options: &DdlOptions, systems: &[System]) -> Result<ExitCode, Failure> {
    let dialect = match options.database {
        DatabaseKind::Postgres => Dialect::Postgres,
        DatabaseKind::Sqlite => Dialect::Sqlite,
    };
    for statement in listing(system(&options.system, systems)?, dialect) {
        show::out(&format!("{statement};"))?;
    }
    Ok(ExitCode::SUCCESS)
}
