//! `lifeboat backup …`: restore points onto several clouds.

mod init;
mod keeper;
mod progress;
mod prune;
mod repair;
mod run;
mod status;
mod verify;

use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;

use ::vault::backup::{BackupError, Feed, RunOptions, RunSummary, Silent, Vault};
use ::vault::source::{self, SourceError, SourceOptions};
use clap::Subcommand;

use crate::outcome::Failure;

/// What to do with a vault.
#[derive(Debug, Subcommand)]
pub(crate) enum BackupCommand {
    /// Makes a vault over several clouds, and writes vault.toml.
    Init(init::Options),
    /// Backs up data packages, folders and databases, and makes a restore point of them.
    Run(run::Options),
    /// Says how the vault is: what is missing where, how fresh it is, how many more clouds may be lost.
    Status(status::Options),
    /// Downloads and proves every object on every cloud.
    Verify(verify::Options),
    /// Puts back what is missing or wrong on a cloud, or fills a new cloud in the place of a lost one.
    Repair(repair::Options),
    /// Removes whole generations that are old enough; needs two custodians.
    Prune(prune::Options),
}

/// Runs a command. Exit codes: 0 done, 1 failed or degraded, 2 usage, 3 refused for safety.
pub(crate) async fn run(command: BackupCommand, json: bool) -> ExitCode {
    let done = match command {
        BackupCommand::Init(options) => init::run(options, json).await,
        BackupCommand::Run(options) => Box::pin(run::run(options, json)).await,
        BackupCommand::Status(options) => status::run(&options, json).await,
        BackupCommand::Verify(options) => verify::run(&options, json).await,
        BackupCommand::Repair(options) => repair::run(&options, json).await,
        BackupCommand::Prune(options) => prune::run(&options, json).await,
    };
    done.unwrap_or_else(|failure: Failure| failure.tell())
}

/// Backs up what `source` names, without a word.
pub(crate) async fn silently(
    vault: &Path,
    source: &Path,
    options: SourceOptions,
) -> Result<RunSummary, Failure> {
    let vault = Vault::open(vault).map_err(failure)?;
    let clock = options.clock.clone();
    let spec = source.display().to_string();
    let open = move || -> Result<Vec<Box<dyn Feed>>, SourceError> {
        let sources = source::open(&spec, &options)?;
        Ok(sources.into_iter().map(|one| Box::new(one) as _).collect())
    };
    let how = RunOptions {
        new_generation: false,
        witness: None,
        clock: clock.clone(),
        observer: Arc::new(Silent),
    };
    let clouds = vault.clouds(&clock);
    Box::pin(vault::backup::run(&vault, clouds, open, &how))
        .await
        .map_err(failure)
}

/// How a failure of the vault is told.
#[expect(clippy::needless_pass_by_value, reason = "it is what map_err gives")]
pub(crate) fn failure(error: BackupError) -> Failure {
    let (is_refusal, advice) = (error.is_refusal(), error.advice());
    let is_usage = matches!(error, BackupError::Settings { .. });
    let mut said = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        said = format!("{said}: {inner}");
        cause = inner.source();
    }
    let failure = match (is_refusal, is_usage) {
        (true, _) => Failure::refused(said),
        (_, true) => Failure::usage(said),
        _ => Failure::failed(said),
    };
    failure.next(advice)
}
