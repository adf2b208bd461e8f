//! `lifeboat failback export`

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use journal::{ExportError, Exported};
use serde_json::json;
use snapshot::AgencySigner;

use crate::journals::{self, JournalOption};
use crate::outcome::{Failure, say, say_json};
use crate::settings::Settings;

/// What to export, and where to.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Only these systems [default: all that take applications].
    #[arg(long, value_name = "NAME")]
    system: Vec<String>,
    #[command(flatten)]
    journal: JournalOption,
    /// The folder for the packages: SYSTEM/NUMBER in it.
    #[arg(long, value_name = "DIR", default_value = "failback")]
    to: PathBuf,
    /// The Ed25519 private key (PEM) that signs the packages [default: `signing_key_file` under [failback] in
    /// lifeboat.toml].
    #[arg(long, value_name = "FILE")]
    sign_key: Option<PathBuf>,
}

pub(crate) async fn run(
    options: Options,
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let file = options
        .sign_key
        .as_ref()
        .or(settings.failback.signing_key_file.as_ref());
    let file = file.ok_or_else(|| {
        Failure::usage("there is no key to sign the packages with").next(
            "openssl genpkey -algorithm ed25519 -out failback.pem; then say --sign-key failback.pem, or set \
             signing_key_file under [failback] in lifeboat.toml",
        )
    })?;
    let signer = signer(file)?;
    let now = runtime::clock::system().now();
    let mut done = Vec::new();
    for journal in journals::open(&options.system, &options.journal, settings).await? {
        let exported = journal
            .export(&options.to, Some(&signer), now)
            .await
            .map_err(failure)?;
        done.push((journal.capability().to_owned(), exported));
    }
    if json {
        let systems: Vec<_> = done
            .iter()
            .map(|(system, one)| member(system, one.as_ref()))
            .collect();
        say_json(&json!({ "systems": systems }))?;
        return Ok(ExitCode::SUCCESS);
    }
    for (system, exported) in &done {
        match exported {
            Some(one) => say(format_args!(
                "{system}: {} application(s) and {} attachment(s) in {}{}",
                one.applications,
                one.attachments,
                one.folder.display(),
                if one.resumed {
                    " (begun by an earlier run that was cut off)"
                } else {
                    ""
                }
            )),
            None => say(format_args!(
                "{system}: nothing was filed since the last export"
            )),
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn member(system: &str, exported: Option<&Exported>) -> serde_json::Value {
    json!({
        "system": system,
        "number": exported.map(|one| one.number),
        "applications": exported.map_or(0, |one| one.applications),
        "attachments": exported.map_or(0, |one| one.attachments),
        "folder": exported.map(|one| &one.folder),
        "resumed": exported.is_some_and(|one| one.resumed),
    })
}

fn signer(file: &Path) -> Result<AgencySigner, Failure> {
    let wrong = |said: String| Failure::usage(format!("{}: {said}", file.display()));
    let pem = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    AgencySigner::from_pem(&pem).map_err(|fault| wrong(fault.to_string()))
}

fn failure(error: ExportError) -> Failure {
    let next = match &error {
        ExportError::Taken { .. } => "name another folder with --to; nothing was changed",
        ExportError::File { .. } | ExportError::Journal(_) => {
            "mend it and run the same command again: it goes on with the same package"
        }
    };
    Failure::from(error).next(next)
}
