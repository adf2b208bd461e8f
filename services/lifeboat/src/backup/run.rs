//! `lifeboat backup run`

use std::path::PathBuf;
use std::process::ExitCode;

use ::vault::backup::{self, Feed, RunOptions, Status, Vault};
use ::vault::source::{self, SourceError, SourceOptions};
use clap::Args;

use super::{failure, progress};
use crate::outcome::{Failure, say, say_result};
use crate::registry;

/// What to back up, and how.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The file that `backup init` wrote.
    #[arg(long, value_name = "FILE", default_value = "vault.toml")]
    vault: PathBuf,
    /// A data package's folder, a folder with several of them, any other folder or file, or postgres://….
    #[arg(value_name = "SOURCE", required = true)]
    sources: Vec<String>,
    /// Begins a new generation now: everything is sent whole.
    #[arg(long)]
    new_generation: bool,
    /// Adds the witness line of the restore point to this file too.
    #[arg(long, value_name = "FILE")]
    witness: Option<PathBuf>,
    /// The system of the sources, where they do not say so themselves.
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    /// The recovery tier of the sources (0 first), where they do not say so themselves.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u8).range(0..=2))]
    tier: Option<u8>,
    /// Only this schema of a database.
    #[arg(long, value_name = "NAME")]
    schema: Option<String>,
    /// Connections to a database: that many tables are read at once.
    #[arg(long, value_name = "NUMBER", default_value_t = 2, value_parser = clap::value_parser!(u8).range(1..=16))]
    connections: u8,
}

pub(crate) async fn run(options: Options, json: bool) -> Result<ExitCode, Failure> {
    let clock = runtime::clock::system();
    let vault = Vault::open(&options.vault).map_err(failure)?;
    let source = SourceOptions {
        system: options.system,
        tier: options.tier,
        tier_of: registry::tier,
        schema: options.schema,
        connections: options.connections.into(),
        ..SourceOptions::new(clock.clone())
    };
    let specs = options.sources;
    let open = move || -> Result<Vec<Box<dyn Feed>>, SourceError> {
        let mut feeds: Vec<Box<dyn Feed>> = Vec::new();
        for spec in &specs {
            for one in source::open(spec, &source)? {
                feeds.push(Box::new(one));
            }
        }
        Ok(feeds)
    };
    let how = RunOptions {
        new_generation: options.new_generation,
        witness: options.witness,
        observer: progress::watched(json),
        clock: clock.clone(),
    };
    let clouds = vault.clouds(&clock);
    let done = Box::pin(backup::run(&vault, clouds, open, &how)).await;
    drop(how);
    let summary = done.map_err(failure)?;
    say_result(&summary, json, |summary| say(format_args!("{summary}")))?;
    Ok(match summary.status {
        Status::Green => ExitCode::SUCCESS,
        Status::Red => ExitCode::FAILURE,
    })
}
