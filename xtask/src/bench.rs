//! `cargo xtask bench`: this project beside others, on the same machine, on the same data, in turn.
//!
//! Machines are shared and noisy: an absolute figure means little. So contestants run in turn (A B A B …), and what
//! is told is the ratio of the medians. To add a bench: a file that fills a [`report::Report`] with the help of
//! [`rounds::in_turn`], and a line in [`Bench`].

mod capabilities;
mod chart;
mod cost;
mod driver;
mod journal;
mod load;
mod lookups;
mod machine;
mod measured;
mod overload;
mod report;
mod rig;
mod rounds;
mod sqlite_files;
mod stage;
mod start;
mod usage;
mod vault;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use clap::{Args, ValueEnum};

use measured::Measured;

use crate::commands::{cargo, run as run_command};
use crate::interrupt::Interrupt;
use crate::{Failure, parts, python, root};
use machine::Machine;
use report::Report;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// What to measure; everything when not said
    what: Vec<Bench>,
    /// Data packages made elsewhere: a folder with a folder for each system
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Invented people, where the data packages are made here
    #[arg(long, default_value_t = 200_000)]
    people: u32,
    /// How often each contestant runs
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u8).range(1..))]
    runs: u8,
    /// Release builds made before; without it they are built now
    #[arg(long, value_name = "DIR")]
    programs: Option<PathBuf>,
    /// Where the figures go
    #[arg(long, value_name = "DIR", default_value = "docs/benchmarks")]
    out: PathBuf,
}

/// What can be measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Bench {
    /// A citizen's own record of every capability at half of its capacity, and the idle memory of all together
    Capabilities,
    /// What a request costs each process that it passes, and what a restored row does
    Cost,
    /// Applications through the gateway into the journal, handed to the broker
    Journal,
    /// A snapshot into PostgreSQL and SQLite, beside their own tools
    Load,
    /// A citizen's own record through the gateway, beside other doors and the query alone
    Lookups,
    /// The same on SQLite, beside Datasette
    LookupsSqlite,
    /// Five times as many lookups as the gateway takes, for a minute
    Overload,
    /// A capability's start on a loaded database, its idle memory, its binary
    Start,
    /// Backup over three clouds and restore with one of them lost, beside restic
    Vault,
    /// The same of a database, until it answers again, beside pgBackRest
    VaultPostgres,
    /// The same of files, beside Tahoe-LAFS, which splits them too
    VaultTahoe,
}

impl Bench {
    /// The programs of others that it needs.
    fn parts(self) -> &'static [parts::Part] {
        match self {
            Self::Capabilities => &capabilities::PARTS,
            Self::Cost => &cost::PARTS,
            Self::Journal => &journal::PARTS,
            Self::Load => &load::PARTS,
            Self::Lookups => &lookups::PARTS,
            Self::LookupsSqlite => &lookups::sqlite::PARTS,
            Self::Overload => &overload::PARTS,
            Self::Start => &start::PARTS,
            Self::Vault => &vault::PARTS,
            Self::VaultPostgres => &vault::postgres::PARTS,
            Self::VaultTahoe => &vault::tahoe::PARTS,
        }
    }

    /// The packages of the Python index that it needs, in an environment of its own.
    fn python(self) -> Option<(PathBuf, &'static [&'static str])> {
        match self {
            Self::LookupsSqlite => Some((python_folder(), &lookups::datasette::PACKAGES)),
            Self::VaultTahoe => Some((vault::tahoe::folder(), &vault::tahoe::PACKAGES)),
            _ => None,
        }
    }

    fn measure(self, setting: &Setting) -> Result<Report, Failure> {
        match self {
            Self::Capabilities => capabilities::measure(setting),
            Self::Cost => cost::measure(setting),
            Self::Journal => journal::measure(setting),
            Self::Load => load::measure(setting),
            Self::Lookups => lookups::measure(setting),
            Self::LookupsSqlite => lookups::sqlite::measure(setting),
            Self::Overload => overload::measure(setting),
            Self::Start => start::measure(setting),
            Self::Vault => vault::measure(setting),
            Self::VaultPostgres => vault::postgres::measure(setting),
            Self::VaultTahoe => vault::tahoe::measure(setting),
        }
    }
}

/// The system that is loaded and asked where it is one alone.
const HOUSEHOLD: &str = "household";

/// What every bench is given.
#[derive(Debug)]
struct Setting {
    /// Release builds of the project's programs.
    programs: PathBuf,
    /// Data packages.
    snapshots: PathBuf,
    /// How often each contestant runs.
    runs: u8,
    /// Set when the person at the terminal has had enough.
    interrupted: Arc<AtomicBool>,
}

impl Setting {
    fn go_on(&self) -> Result<(), Failure> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Err("interrupted".into());
        }
        Ok(())
    }

    /// The command that loads a data package of a system into the database of this URL.
    fn snapshot_load(&self, system: &str, package: &Path, url: &str) -> Command {
        let mut command = Command::new(self.programs.join("lifeboat"));
        command
            .args(["snapshot", "load", "--system", system, "--database", url])
            .arg(package)
            // Whatever lifeboat.toml lies around is not what is measured.
            .current_dir(std::env::temp_dir());
        command
    }

    /// Loads the data package of a system, where the loading itself is not measured.
    fn load(&self, system: &str, url: &str) -> Result<(), Failure> {
        let package = self.snapshots.join(system);
        Measured::run(&mut self.snapshot_load(system, &package, url), self).map(drop)
    }
}

/// Builds, measures, prints, and writes the figures.
pub(crate) async fn run(arguments: Arguments) -> Result<(), Failure> {
    let mut interrupt = Interrupt::listen()?;
    let benches = match arguments.what.as_slice() {
        [] => Bench::value_variants(),
        chosen => chosen,
    };
    for bench in benches {
        parts::provide(bench.parts(), &mut interrupt).await?;
        if let Some((folder, packages)) = bench.python() {
            python::environment(&folder, packages, &mut interrupt).await?;
        }
    }
    if arguments.programs.is_none() {
        run_command(
            &mut cargo(&["build", "--release", "--workspace", "--bins"]),
            &mut interrupt,
        )
        .await?;
    }

    let interrupted = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&interrupted);
    tokio::spawn(async move {
        interrupt.wait().await;
        flag.store(true, Ordering::Relaxed);
    });
    let benches = benches.to_vec();
    tokio::task::spawn_blocking(move || measure_all(&benches, &arguments, interrupted)).await?
}

/// The environment of the peers that are written in Python.
fn python_folder() -> PathBuf {
    root().join("target/bench-python")
}

fn python_programs() -> PathBuf {
    python_folder().join("bin")
}

fn measure_all(
    benches: &[Bench],
    arguments: &Arguments,
    interrupted: Arc<AtomicBool>,
) -> Result<(), Failure> {
    let built = || root().join("target/release");
    let programs = arguments
        .programs
        .clone()
        .unwrap_or_else(built)
        .canonicalize()?;
    let made;
    let snapshots = if let Some(folder) = &arguments.snapshots {
        folder.canonicalize()?
    } else {
        made = tempfile::tempdir()?;
        make_packages(&programs, made.path(), arguments.people)?
    };
    let setting = Setting {
        programs,
        snapshots,
        runs: arguments.runs,
        interrupted,
    };
    let machine = Machine::read()?;
    machine.warn_if_busy();
    for bench in benches {
        let report = bench.measure(&setting)?;
        println!("{report}");
        report.write(&root().join(&arguments.out), &machine)?;
    }
    Ok(())
}

/// Has the demo invent people, and restores their data packages from its clouds.
fn make_packages(programs: &Path, folder: &Path, people: u32) -> Result<PathBuf, Failure> {
    let demo = folder.join("demo");
    let mut generator = Command::new(programs.join("lifeboat"));
    generator
        .args([
            "demo",
            "--exit",
            "--listen",
            "127.0.0.1:0",
            "--people",
            &people.to_string(),
        ])
        .arg("--dir")
        .arg(&demo)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    let status = generator.status()?;
    if !status.success() {
        return Err(format!("no data packages ({status}); --snapshots DIR takes others").into());
    }
    let packages = folder.join("packages");
    let mut restore = Command::new(programs.join("lifeboat"));
    restore
        .args(["restore", "--vault"])
        .arg(demo.join("backup-host/vault.toml"))
        .arg("--to")
        .arg(&packages);
    for custodian in 1..=3 {
        let share = demo.join(format!("custodians/custodian-{custodian}.share"));
        restore.arg("--custodian").arg(share);
    }
    let status = restore.current_dir(folder).stdout(Stdio::null()).status()?;
    if status.success() {
        Ok(packages)
    } else {
        Err(format!("the demo's data packages cannot be restored ({status})").into())
    }
}
