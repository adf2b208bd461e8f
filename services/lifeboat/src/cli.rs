//! Flags and subcommands.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::{Parser, Subcommand};
use runtime::lifecycle::{self, Termination};
use runtime::process;
use tokio::task::spawn_blocking;

use crate::backup::BackupCommand;
use crate::failback::FailbackCommand;
use crate::identity_keys::{self, IdentityCommand};
use crate::journals::JournalCommand;
use crate::keys::{self, KeysCommand};
use crate::outcome::Failure;
use crate::settings::Settings;
use crate::snapshot::SnapshotCommand;
use crate::{backup, call, demo, failback, journals, openapi, registry, restore, snapshot, up};

/// How long work that cannot be broken off is waited for, once the process was told to end.
const PATIENCE: Duration = Duration::from_secs(2);

/// Keeps a government's core functions alive when its data centres are gone.
#[derive(Debug, Parser)]
#[command(name = "lifeboat", version, about, long_about = None, propagate_version = true)]
struct Cli {
    /// The configuration file; without it ./lifeboat.toml where there is one.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Results as JSON on standard output, for machines.
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Shows the whole thing on this machine: data packages in, a citizen's and an officer's answers out.
    Demo(demo::Options),
    /// Serves what the configuration file names, until SIGTERM or Ctrl-C.
    Up,
    /// Makes one request with token and proof of possession, like curl.
    Call(Box<call::Options>),
    /// Checks, loads, lists and rolls back data packages.
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Makes the master key of backups, splits it among custodians, and gathers them.
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Keeps encrypted restore points on several clouds.
    #[command(subcommand)]
    Backup(BackupCommand),
    /// Restores from any k clouds and t custodians: everything, a tier, a system, a table or a key, to files or a database.
    Restore(Box<restore::Options>),
    /// Hands what people filed back to the agencies, and takes their decisions over.
    #[command(subcommand)]
    Failback(FailbackCommand),
    /// Backs up what people file while it is filed, and brings it back.
    #[command(subcommand)]
    Journal(JournalCommand),
    /// Tends the keys of the sign-in service.
    #[command(subcommand)]
    Identity(IdentityCommand),
    /// Writes the OpenAPI documents that the code describes.
    Openapi(openapi::Options),
}

/// The whole `main`. Exit codes: 0 done, 1 failed, 2 usage, 3 refused for safety.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    process::keep_files_private();
    match lifecycle::run(move || run(cli))
        .map_err(Failure::from)
        .flatten()
    {
        Ok(code) => code,
        Err(failure) => failure.tell(),
    }
}

fn run(cli: Cli) -> Result<ExitCode, Failure> {
    let settings = Settings::read(cli.config.as_deref()).map_err(Failure::usage)?;
    let threads = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let done = threads.block_on(async {
        if cli.command.serves() {
            return Some(act(cli, settings).await);
        }
        let mut termination = match Termination::listen() {
            Ok(termination) => termination,
            Err(error) => return Some(Err(error.into())),
        };
        tokio::select! {
            biased;
            () = termination.told() => None,
            done = act(cli, settings) => Some(done),
        }
    });
    done.unwrap_or_else(|| {
        // What works on a thread of its own, such as a table that is written to a file, would go on to its end.
        threads.shutdown_timeout(PATIENCE);
        Err(Failure::told_to_stop())
    })
}

impl Command {
    /// Whether it goes on until it is told to stop, and then ends in its own order.
    fn serves(&self) -> bool {
        match self {
            Self::Demo(_) | Self::Up => true,
            Self::Journal(command) => command.serves(),
            _ => false,
        }
    }
}

async fn act(cli: Cli, settings: Settings) -> Result<ExitCode, Failure> {
    let json = cli.json;
    match cli.command {
        Command::Demo(options) => Box::pin(demo::run(options, &settings, json)).await,
        Command::Up => Box::pin(up::run(settings)).await,
        Command::Call(options) => Box::pin(call::run(*options)).await,
        Command::Snapshot(command) => {
            let systems = registry::systems();
            Ok(Box::pin(snapshot::run(command, &systems, &settings.snapshot, json)).await)
        }
        Command::Restore(options) => {
            let systems = registry::systems();
            Box::pin(restore::run(*options, &systems, &settings, json)).await
        }
        Command::Keys(command) => spawn_blocking(move || keys::run(command, json)).await?,
        Command::Backup(command) => Ok(Box::pin(backup::run(command, json)).await),
        Command::Failback(command) => Box::pin(failback::run(command, &settings, json)).await,
        Command::Journal(command) => Box::pin(journals::run(command, &settings, json)).await,
        Command::Identity(command) => Box::pin(identity_keys::run(command, settings, json)).await,
        Command::Openapi(options) => spawn_blocking(move || openapi::run(&options)).await?,
    }
}
