//! `lifeboat snapshot load`

use std::path::PathBuf;
use std::process::ExitCode;

use ::snapshot::{LoadError, Loaded, Outcome, Package, StoreError, System};
use clap::Args;
use serde_json::json;

use super::settings::Settings;
use super::target::{DatabaseOption, LoadRules, open, system};
use super::{bars, show};
use crate::outcome::Failure;

/// What to load, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder with datapackage.json.
    dir: PathBuf,
    /// The system that the package is loaded for, e.g. household.
    #[arg(long, value_name = "NAME")]
    system: String,
    #[command(flatten)]
    database: DatabaseOption,
    /// Loads the good rows, and writes the bad ones with reasons into DIR.quarantine.
    #[arg(long)]
    quarantine: bool,
    #[command(flatten)]
    rules: LoadRules,
}

impl Options {
    /// Beside the package. A folder that is named by dots alone, `.` or `..`, has its name from where it is.
    fn quarantine(&self, package: &Package) -> Option<PathBuf> {
        let beside = || {
            let named = match self.dir.file_name() {
                Some(_) => self.dir.components().as_path(),
                None => package.folder(),
            };
            let mut name = named.as_os_str().to_owned();
            name.push(".quarantine");
            PathBuf::from(name)
        };
        self.quarantine.then(beside)
    }
}

pub(crate) async fn run(
    options: Options,
    systems: &[System],
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let system = system(&options.system, systems)?;
    let store = options.database.store(system, settings)?;
    let mut load = options.rules.read(settings)?;
    let package = open(&options.dir, json)?;
    load.quarantine = load.quarantine.or_else(|| options.quarantine(&package));
    let progress = bars::watched(json);
    let outcome = store
        .load(&package, &load, std::sync::Arc::clone(&progress))
        .await;
    drop(progress);
    match outcome {
        Ok(Outcome::Loaded(loaded)) => tell(&loaded, json)?,
        Ok(Outcome::AlreadyActive(snapshot)) if json => {
            show::json(&json!({ "outcome": "already-active", "snapshot": snapshot }))?;
        }
        Ok(Outcome::AlreadyActive(snapshot)) => {
            show::out(&format!(
                "this very package is served already (snapshot {}); nothing was done",
                snapshot.id
            ))?;
        }
        Err(error) => return Err(failure(&error, json)),
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(loaded: &Loaded, json: bool) -> Result<(), Failure> {
    let snapshot = &loaded.snapshot;
    let seconds: f64 = loaded.phases.iter().map(|lap| lap.seconds).sum();
    let rows = snapshot.rows;
    if json {
        return show::json(&json!({
            "outcome": "loaded", "snapshot": snapshot, "tables": loaded.tables, "rows": rows, "seconds": seconds,
            "phases": loaded.phases, "parts_resumed": loaded.parts_resumed, "quarantine": loaded.quarantine,
        }));
    }
    show::tables(&loaded.tables)?;
    let laps: Vec<_> = loaded
        .phases
        .iter()
        .map(|lap| format!("{} {:.2} s", lap.phase, lap.seconds))
        .collect();
    show::out(&format!(
        "{rows} rows in {seconds:.2} s: {}",
        laps.join(", ")
    ))?;
    show::out(&format!(
        "snapshot {} of {} is served now",
        snapshot.id, snapshot.taken_at
    ))?;
    if let Some(words) = &snapshot.unsigned {
        show::out(&format!("WARNING: {words}; every answer says so"))?;
    }
    match &loaded.quarantine {
        Some(dir) => show::out(&format!(
            "WARNING: {} row(s) were put aside in {}; every answer says so",
            snapshot.rows_quarantined,
            dir.display()
        )),
        None => Ok(()),
    }
}

fn failure(error: &LoadError, json: bool) -> Failure {
    match error {
        LoadError::Faults(faults) => show::faulty(faults, json),
        LoadError::Refused(refusal) => Failure::refused(refusal),
        LoadError::Quarantine { .. } => Failure::failed(error).next("name a folder that can be written: --quarantine-dir FOLDER"),
        LoadError::Probe(_) => Failure::failed(error).next("the old snapshot is still served; tell the makers of this program"),
        LoadError::Store(StoreError::Unreachable(_)) => {
            Failure::failed(error).next("the old snapshot is as it was; see that the database runs, then load again: the load goes on where it stopped")
        }
        LoadError::Store(_) => Failure::failed(error),
    }
}
