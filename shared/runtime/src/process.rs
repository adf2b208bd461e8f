//! The life of a service that has a process to itself: read the configuration, start, serve until told to stop.

use std::future::Future;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::lifecycle::Termination;
use crate::server::Running;
use crate::telemetry::Traces;
use crate::{admin, config, lifecycle, metrics, open_files, telemetry};

/// A boxed error of a start-up step; its text is what the operator reads.
pub type StartError = Box<dyn std::error::Error + Send + Sync>;

/// What the file and environment of one service's process hold.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings<T> {
    /// The service's own part.
    pub service: T,
    /// Logs and traces.
    #[serde(default)]
    pub telemetry: telemetry::Settings,
    /// The admin port; none when absent.
    #[serde(default)]
    pub admin: Option<admin::Settings>,
}

#[derive(Parser)]
#[command(
    version,
    about = "One Lifeboat service. Everything is configured by file and LIFEBOAT_… environment."
)]
struct Arguments {
    /// The configuration file (TOML).
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// A setting over file and environment, such as service.server.listen=127.0.0.1:8081.
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = key_value)]
    settings: Vec<(String, String)>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as KEY=VALUE")?;
    Ok((key.to_owned(), value.to_owned()))
}

/// Runs one service: reads settings, calls `start`, prints `ready URL` on standard error, drains on SIGTERM or SIGINT.
///
/// Exit codes: 0 stopped as asked, 1 failed, 2 configuration or arguments refused.
pub fn run<T, F>(start: impl FnOnce(T) -> F + Send + 'static) -> ExitCode
where
    T: DeserializeOwned + Send + 'static,
    F: Future<Output = Result<Running, StartError>>,
{
    let arguments = Arguments::parse();
    keep_files_private();
    let settings =
        match config::load::<Settings<T>>(arguments.config.as_deref(), &arguments.settings) {
            Ok(settings) => settings,
            Err(error) => return complain(&error, 2),
        };
    let traces = match telemetry::init(&settings.telemetry) {
        Ok(traces) => traces,
        Err(error) => return complain(&error, 2),
    };
    open_files::take_all_allowed();
    let threads = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build();
    let outcome = threads.map_err(StartError::from).and_then(|threads| {
        lifecycle::run(move || threads.block_on(serve(settings, traces, start)))?
    });
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => complain(error.as_ref(), 1),
    }
}

/// From now on what this process writes is for its own user alone: databases, journals and packages are full of people.
pub fn keep_files_private() {
    rustix::process::umask(rustix::fs::Mode::RWXG | rustix::fs::Mode::RWXO);
}

async fn serve<T, F>(
    settings: Settings<T>,
    traces: Traces,
    start: impl FnOnce(T) -> F,
) -> Result<(), StartError>
where
    F: Future<Output = Result<Running, StartError>>,
{
    let mut termination = Termination::listen()?;
    metrics::install()?;
    let traces = traces.start();
    let running = tokio::select! {
        running = start(settings.service) => running?,
        // Nobody was let in yet.
        () = termination.told() => return Ok(()),
    };
    let admin = match &settings.admin {
        Some(admin) => Some(admin::serve(
            admin,
            running.drain().clone(),
            running.readiness().clone(),
        )?),
        None => None,
    };
    tracing::info!(url = running.url(), "ready");
    termination.told().await;
    tracing::info!("draining");
    running.stop().await?;
    traces.finish().await;
    if let Some(admin) = admin {
        admin.stop().await?;
    }
    tracing::info!("stopped");
    Ok(())
}

#[expect(
    clippy::print_stderr,
    reason = "the operator must read it even where logging could not be set up"
)]
fn complain(error: &dyn std::error::Error, code: u8) -> ExitCode {
    eprintln!("error: {error}");
    let mut cause = error.source();
    while let Some(inner) = cause {
        eprintln!("  because: {inner}");
        cause = inner.source();
    }
    ExitCode::from(code)
}
