//! `lifeboat failback ack`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use chrono::{DateTime, Utc};
use clap::Args;
use journal::{Decision, NotAcknowledged, State};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use crate::journals::{self, JournalOption};
use crate::outcome::{Failure, say, say_json};
use crate::settings::Settings;

/// Whose decisions, and which.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A CSV file with the columns `application_id,state,reason,decided_at`; state is accepted, rejected or needs-more,
    /// `decided_at` an instant such as 2026-11-21T09:00:00+08:00.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// The system.
    #[arg(long, value_name = "NAME")]
    system: String,
    #[command(flatten)]
    journal: JournalOption,
}

/// A line of the file.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    application_id: Uuid,
    state: String,
    reason: String,
    decided_at: DateTime<Utc>,
}

pub(crate) async fn run(
    options: Options,
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let decisions = read(&options.file)?;
    let systems = [options.system.clone()];
    for journal in journals::open(&systems, &options.journal, settings).await? {
        let done = journal
            .acknowledge(&decisions)
            .await
            .map_err(|refused| failure(&options.file, refused))?;
        if json {
            say_json(&json!({
                "system": options.system, "applied": done.applied, "repeated": done.repeated,
            }))?;
        } else {
            say(format_args!(
                "{}: {} decision(s) taken over, {} known already; people see them from now on",
                options.system, done.applied, done.repeated
            ));
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The line of a decision in the file; the first line has the names of the columns.
fn located(file: &Path, line: u64, said: impl std::fmt::Display) -> Failure {
    Failure::failed(format!("{}, line {line}: {said}", file.display()))
        .next("mend the line and give the whole file again; nothing of it was taken over")
}

fn read(file: &Path) -> Result<Vec<Decision>, Failure> {
    let mut reader = csv::Reader::from_path(file)
        .map_err(|error| Failure::usage(format!("{}: {error}", file.display())))?;
    let mut decisions = Vec::new();
    let mut record = csv::StringRecord::new();
    let headers = reader
        .headers()
        .map_err(|error| located(file, 1, error))?
        .clone();
    loop {
        let line = reader.position().line();
        match reader.read_record(&mut record) {
            Ok(true) => (),
            Ok(false) => return Ok(decisions),
            Err(error) => return Err(located(file, line, error)),
        }
        let line = record.position().map_or(line, csv::Position::line);
        let said: Line = record
            .deserialize(Some(&headers))
            .map_err(|error| located(file, line, plain(&error)))?;
        let state =
            said.state.parse().ok().filter(|state| {
                matches!(state, State::Accepted | State::Rejected | State::NeedsMore)
            });
        decisions.push(Decision {
            application: said.application_id,
            state: state.ok_or_else(|| {
                located(file, line, "`state` is accepted, rejected or needs-more")
            })?,
            reason: Some(said.reason).filter(|reason| !reason.is_empty()),
            at: said.decided_at,
        });
    }
}

/// What is wrong with a record, without its place, which is said before it.
fn plain(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::Deserialize { err, .. } => err.to_string(),
        _ => error.to_string(),
    }
}

fn failure(file: &Path, refused: NotAcknowledged) -> Failure {
    match refused {
        NotAcknowledged::Unknown { at, .. } | NotAcknowledged::Impossible { at, .. } => {
            located(file, at as u64 + 1, refused)
        }
        NotAcknowledged::Unavailable => Failure::failed(refused)
            .next("see that the journal's database runs, then give the same file again"),
    }
}
