//! `lifeboat snapshot check`

use std::path::PathBuf;
use std::process::ExitCode;

use ::snapshot::{Report, System, check};
use clap::Args;
use serde_json::json;

use super::settings::Settings;
use super::target::{TrustOptions, open, system};
use super::{bars, show};
use crate::outcome::Failure;

/// What to check.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder with datapackage.json.
    dir: PathBuf,
    /// The system whose tables the package must fit [default: the one that the package names].
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    #[command(flatten)]
    trust: TrustOptions,
}

pub(crate) async fn run(
    options: Options,
    systems: &[System],
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let trust = options.trust.trust(settings)?;
    if let Some(name) = &options.system {
        system(name, systems)?;
    }
    let package = open(&options.dir, json)?;
    let system = system(
        options.system.as_deref().unwrap_or(&package.origin.system),
        systems,
    )?
    .clone();
    let progress = bars::watched(json);
    let now = runtime::clock::system().now();
    let checking =
        tokio::task::spawn_blocking(move || check(&package, &system, &trust, now, &progress));
    let report = checking.await.map_err(Failure::failed)?;
    tell(&report, json)
}

fn tell(report: &Report, json: bool) -> Result<ExitCode, Failure> {
    if !report.faults.is_empty() {
        return Err(show::faulty(&report.faults, json));
    }
    let unsigned = match &report.signature {
        Err(mistrust) => return Err(Failure::refused(mistrust)),
        Ok(words) => words,
    };
    if json {
        show::json(&json!({ "outcome": "good", "tables": report.tables, "unsigned": unsigned }))?;
    } else {
        show::tables(&report.tables)?;
        show::out("the package is good")?;
        match unsigned {
            Some(words) => show::out(&format!("WARNING: {words}"))?,
            None => show::out("its signature is good")?,
        }
    }
    Ok(ExitCode::SUCCESS)
}
