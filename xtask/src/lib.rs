//! The project's own commands: `cargo xtask test|fuzz|lint|openapi|kubernetes|cluster|images|bench`.
//!
//! It installs and starts real servers, so it is kept apart from what is deployed, and light, so that it is built soon.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a command line tool talks to the person at the terminal"
)]

mod bench;
mod cluster;
mod commands;
mod emulators;
mod fuzz;
mod images;
mod interrupt;
mod kubernetes;
mod lint;
mod openapi;
mod parts;
mod python;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Why a command failed, in words for the person at the terminal.
type Failure = Box<dyn std::error::Error + Send + Sync>;

#[derive(Debug, Parser)]
#[command(name = "cargo xtask", about = "The project's own commands")]
struct Cli {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Start what the tests need, run them all, stop everything
    Test(test::Arguments),
    /// Look for bytes that a parser of the vault does not survive
    Fuzz(fuzz::Arguments),
    /// Check format, lints, dependencies, file sizes and the names that the documents mention
    Lint,
    /// Measure beside others on the same machine, in turn; write docs/benchmarks/
    Bench(bench::Arguments),
    /// Run production mode on this machine: start it, break it under load, end it
    Cluster(cluster::Arguments),
    /// Write openapi/ from the code
    Openapi(openapi::Arguments),
    /// Write k8s/ and what the chart's switches change, from the chart
    Kubernetes(kubernetes::Arguments),
    /// Build an image of each program with buildah, prove it, and write the values that pin it
    Images(images::Arguments),
}

/// Runs the command that the process was started with.
#[must_use]
pub fn run() -> ExitCode {
    let cli = Cli::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    let done = runtime.map_err(Failure::from).and_then(|runtime| {
        runtime.block_on(async {
            match cli.task {
                Task::Test(arguments) => test::run(&arguments).await,
                Task::Fuzz(arguments) => fuzz::run(&arguments).await,
                Task::Bench(arguments) => bench::run(arguments).await,
                Task::Lint => lint::run().await,
                Task::Cluster(arguments) => cluster::run(arguments).await,
                Task::Openapi(arguments) => openapi::run(&arguments).await,
                Task::Kubernetes(arguments) => kubernetes::run(&arguments).await,
                Task::Images(arguments) => images::run(&arguments).await,
            }
        })
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("cargo xtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// The workspace's folder.
fn root() -> PathBuf {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.parent().map_or_else(PathBuf::new, PathBuf::from)
}
