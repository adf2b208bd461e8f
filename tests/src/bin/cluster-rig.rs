//! What `cargo xtask cluster` runs: a cluster that serves until it is told to end, or that is put through everything.
#![expect(
    clippy::print_stdout,
    reason = "the person at the terminal reads what it prints"
)]

use std::path::PathBuf;
use std::time::Instant;

use clap::{Args, Parser};
use deployment::Tools;
use deployment::tools::{HELM, KUBECTL};
use end_to_end::Failure;
use end_to_end::cluster::faults::{self, Plan};
use end_to_end::cluster::{Cluster, Options};
use runtime::lifecycle::Termination;

#[derive(Debug, Parser)]
enum Cli {
    /// Start it, write the ready file, serve until SIGTERM
    Up(Up),
    /// Start it, put it through everything, print and write what was seen
    Test(Test),
}

#[derive(Debug, Args)]
struct Up {
    #[command(flatten)]
    data: Data,
    /// Written when everything answers
    #[arg(long)]
    ready_file: PathBuf,
}

#[derive(Debug, Args)]
struct Test {
    #[command(flatten)]
    data: Data,
    /// Where the figures are written
    #[arg(long)]
    report: PathBuf,
}

#[derive(Debug, Args)]
struct Data {
    /// Invented people
    #[arg(long)]
    people: u32,
    /// Agencies' data packages, instead of invented ones
    #[arg(long)]
    snapshots: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> Result<(), Failure> {
    let cli = Cli::parse();
    let mut termination = Termination::listen()?;
    // What was started ends with the cluster, which is dropped whoever is first.
    tokio::select! {
        done = run(cli) => done,
        () = termination.told() => Ok(()),
    }
}

async fn run(cli: Cli) -> Result<(), Failure> {
    let began = Instant::now();
    let told = |step: &str| println!("{:6.1} s  {step}", began.elapsed().as_secs_f64());
    match cli {
        Cli::Up(up) => {
            let cluster = Cluster::start(&up.data.options()?, told).await?;
            told("everything answers");
            // Moved into place, so that nobody reads half of it.
            let beside = up.ready_file.with_extension("part");
            std::fs::write(&beside, cluster.ready().to_string())?;
            std::fs::rename(beside, up.ready_file)?;
            std::future::pending().await
        }
        Cli::Test(test) => {
            let mut cluster = Cluster::start(&test.data.options()?, told).await?;
            told("everything answers");
            let report = faults::all(&mut cluster, Plan::FULL, told).await?;
            println!("\n{report}");
            report.write(&test.report)?;
            if report.is_good() {
                return Ok(());
            }
            Err("not everything went as it must".into())
        }
    }
}

impl Data {
    fn options(&self) -> Result<Options, Failure> {
        let tool = |variable: &str| -> Result<PathBuf, Failure> {
            let path = std::env::var_os(variable);
            Ok(path.ok_or_else(|| format!("{variable} is not set"))?.into())
        };
        Ok(Options {
            people: self.people,
            packages: self.snapshots.clone(),
            drain_seconds: Options::DRAIN_SECONDS,
            cloud_patience: None,
            tools: Tools {
                helm: tool(HELM)?,
                kubectl: tool(KUBECTL)?,
            },
        })
    }
}
