//! `cargo xtask cluster up|test|down`: production mode on this machine.
//!
//! What is started hangs on one process, the holder: this program again, with the emulated clouds and the rig as its children. All of
//! them work below one folder, so that what belongs to a cluster is found also when the holder is gone.

mod hold;
mod remains;

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::Value;
use tokio::time::sleep;

use crate::commands::{cargo, run as run_command};
use crate::interrupt::Interrupt;
use crate::kubernetes;
use crate::parts;
use crate::{Failure, root};
use hold::{Holder, Work};
use remains::Remains;

/// Where the figures of a test are written, below `target/`.
const REPORT: &str = "report.json";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Back up, lose the agencies and a cloud, restore, serve; returns when everything answers
    Up(Options),
    /// Do what `up` does, then ask and break everything under load, print what was seen, end everything
    Test(Options),
    /// End what `up` started
    Down,
    /// What `up` and `test` start
    #[command(hide = true)]
    Hold(hold::Arguments),
}

#[derive(Clone, Debug, Args)]
struct Options {
    /// How many people to invent
    #[arg(long, default_value_t = 2_000, value_parser = clap::value_parser!(u32).range(20..))]
    people: u32,
    /// Agencies' data packages, a folder each, instead of invented ones; they are copied and never touched
    #[arg(long, value_name = "DIR", conflicts_with = "people")]
    snapshots: Option<PathBuf>,
    /// Optimised programs, which take long to build
    #[arg(long)]
    release: bool,
}

impl Options {
    /// The folder of the built programs.
    fn programs(&self) -> PathBuf {
        let profile = if self.release { "release" } else { "debug" };
        root().join("target").join(profile)
    }
}

pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut interrupt = Interrupt::listen()?;
    match arguments.action {
        Action::Up(options) => up(&options, &mut interrupt).await,
        Action::Test(options) => test(&options, &mut interrupt).await,
        Action::Down => down().await,
        Action::Hold(arguments) => hold::run(&arguments, &mut interrupt).await,
    }
}

/// Installs and builds what is lacking, in the person's sight.
async fn prepare(options: &Options, interrupt: &mut Interrupt) -> Result<(), Failure> {
    if let Some(remains) = Remains::read()? {
        if remains.is_held() {
            return Err("a cluster is up already; end it with `cargo xtask cluster down`".into());
        }
        eprintln!("ending what a cluster left behind");
        remains.end().await?;
    }
    parts::provide(&parts::FOR_TESTS, interrupt).await?;
    kubernetes::tools(interrupt).await?;
    // As much as settles the same features as building the tests does: nothing is then compiled twice.
    let mut build = vec!["build", "--workspace", "--lib", "--bins", "--test", "chart"];
    build.extend(options.release.then_some("--release"));
    run_command(&mut cargo(&build), interrupt).await
}

async fn up(options: &Options, interrupt: &mut Interrupt) -> Result<(), Failure> {
    prepare(options, interrupt).await?;
    let mut holder = Holder::start(options, Work::Up)?;
    let ready = holder.ready_file();
    let began = tokio::select! {
        ended = holder.told(&ready) => ended,
        () = interrupt.wait() => Err("interrupted".into()),
    };
    if let Err(failure) = began {
        Remains::required()?.end().await?;
        return Err(failure);
    }
    show(&ready, &options.programs())
}

/// Prints where everything is.
fn show(ready: &Path, programs: &Path) -> Result<(), Failure> {
    let said: Value = serde_json::from_str(&std::fs::read_to_string(ready)?)?;
    let gateway = said["gateway"].as_str().unwrap_or_default();
    let person = said["citizen"]["national_id"].as_str().unwrap_or_default();
    let authority = said["authority"].as_str().unwrap_or_default();
    let known = format!("--ready-file {} --ca-file {authority}", ready.display());
    let program = programs.join("lifeboat");
    let call = |words: &str| println!("  {} call {known} {words}", program.display());
    println!(
        "\nThe gateway answers at {gateway}; {gateway}/docs shows every operation, {gateway}/readyz who is served.\n"
    );
    call("/household/v1/me --as citizen");
    call("/land-registry/v1/me --as citizen");
    call("/identity/v1/me/access-log --as citizen");
    call(&format!(
        "/household/v1/persons/{person} --as officer --purpose identity-verification --case-number CLUSTER-1"
    ));
    println!("\nWhat it says: {}", hold::log().display());
    println!("It goes on until `cargo xtask cluster down`.");
    Ok(())
}

async fn test(options: &Options, interrupt: &mut Interrupt) -> Result<(), Failure> {
    prepare(options, interrupt).await?;
    let mut holder = Holder::start(options, Work::Test)?;
    let done = tokio::select! {
        ended = holder.ended() => ended,
        () = interrupt.wait() => Err("interrupted".into()),
    };
    Remains::required()?.end().await?;
    done?;
    println!("written to {}", hold::folder().join(REPORT).display());
    Ok(())
}

async fn down() -> Result<(), Failure> {
    let Some(remains) = Remains::read()? else {
        return Err("no cluster is up".into());
    };
    remains.end().await?;
    println!("the cluster is down, and nothing of it is left");
    Ok(())
}

/// How often it is looked whether something has happened.
const GLANCE: Duration = Duration::from_millis(100);

async fn glance() {
    sleep(GLANCE).await;
}
