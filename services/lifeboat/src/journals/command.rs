//! `lifeboat journal …`

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::Subcommand;
use runtime::lifecycle::{Drain, Termination};
use runtime::{admin, clock, metrics, telemetry};
use serde_json::json;

use super::{JournalOption, Keeper, open};
use crate::outcome::{Failure, say, say_json};
use crate::settings::Settings;

/// What to do with the journals.
#[derive(Debug, Subcommand)]
pub(crate) enum JournalCommand {
    /// Backs up the journals of the configuration to their vault, again and again; `lifeboat up` does so by itself.
    Backup {
        /// Ends after one backup.
        #[arg(long)]
        once: bool,
    },
    /// Brings journals back that `lifeboat restore` took out of the clouds, into databases that are empty.
    Restore {
        /// The restored folder `journals`, with a folder for each system.
        #[arg(long, value_name = "DIR")]
        from: PathBuf,
        /// Only these systems [default: all that are in DIR].
        #[arg(long, value_name = "NAME")]
        system: Vec<String>,
        #[command(flatten)]
        journal: JournalOption,
    },
}

impl JournalCommand {
    /// Whether it goes on until it is told to stop.
    pub(crate) fn serves(&self) -> bool {
        matches!(self, Self::Backup { once: false })
    }
}

pub(crate) async fn run(
    command: JournalCommand,
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    match command {
        JournalCommand::Backup { once } => backup(once, settings, json).await,
        JournalCommand::Restore {
            from,
            system,
            journal,
        } => restore(&from, system, &journal, settings, json).await,
    }
}

async fn backup(once: bool, settings: &Settings, json: bool) -> Result<ExitCode, Failure> {
    let part = settings.journal_backup.clone().ok_or_else(|| {
        Failure::usage("no vault is configured for the journals")
            .next("set vault and spool under [journal_backup] in lifeboat.toml")
    })?;
    let mut termination = Termination::listen()?;
    let option = JournalOption::default();
    let journals = tokio::select! {
        journals = open(&[], &option, settings) => journals?,
        () = termination.told() => return Err(Failure::told_to_stop()),
    };
    let keeper = Keeper::new(part, journals, clock::system());
    if !once {
        keep(keeper, settings, &mut termination).await?;
        return Ok(ExitCode::SUCCESS);
    }
    match keeper.once().await? {
        Some(summary) if json => say_json(&summary)?,
        Some(summary) => say(format_args!("{summary}")),
        None if json => say_json(&json!({ "new": false }))?,
        None => say(format_args!("nothing is new since the last backup")),
    }
    Ok(ExitCode::SUCCESS)
}

/// Backs up until told to stop, as a process that is watched: with logs, and measures on the admin port.
async fn keep(
    keeper: Keeper,
    settings: &Settings,
    termination: &mut Termination,
) -> Result<(), Failure> {
    let traces = telemetry::init(&settings.telemetry)?;
    metrics::install()?;
    let traces = traces.start();
    let drain = Drain::default();
    let admin = match &settings.admin {
        Some(part) => Some(admin::serve(part, drain.clone(), Arc::new(|| true))?),
        None => None,
    };
    let work = tokio::spawn(keeper.run(drain.clone()));
    termination.told().await;
    drain.begin();
    work.await?;
    traces.finish().await;
    if let Some(admin) = admin {
        admin.stop().await?;
    }
    Ok(())
}

async fn restore(
    from: &std::path::Path,
    mut systems: Vec<String>,
    option: &JournalOption,
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    if systems.is_empty() {
        for entry in std::fs::read_dir(from)? {
            let entry = entry?;
            if entry.path().is_dir() {
                systems.push(entry.file_name().to_string_lossy().into_owned());
            }
        }
        systems.sort();
    }
    let mut done = Vec::new();
    for journal in open(&systems, option, settings).await? {
        let replayed = journal.replay(&from.join(journal.capability())).await?;
        if !json {
            say(format_args!(
                "{}: {} application(s), {} step(s), {} export(s) brought back, {} record(s) were there",
                journal.capability(),
                replayed.applications,
                replayed.steps,
                replayed.exports,
                replayed.held
            ));
        }
        done.push(json!({
            "system": journal.capability(), "applications": replayed.applications, "steps": replayed.steps,
            "exports": replayed.exports, "held": replayed.held,
        }));
    }
    if json {
        say_json(&json!({ "systems": done }))?;
    }
    Ok(ExitCode::SUCCESS)
}
