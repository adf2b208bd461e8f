//! A capability's start on a loaded database, its idle memory and its binary. There is no peer.

use std::process::{Command, Stdio};

use serde_json::Value;
use test_support::postgres::{Database, Server};

use super::driver::number;
use super::report::{Column, Report};
use super::rounds::{Run, Series};
use super::{HOUSEHOLD, Setting};
use crate::Failure;
use crate::parts::Part;

/// What it needs of others.
pub(super) const PARTS: [Part; 2] = [
    Part::new("postgres", "postgresql"),
    Part::new("strip", "binutils"),
];

const COLUMNS: [Column; 3] = [
    Column::new("ready_ms", "ms to ready", 0),
    Column::new("resident_mib", "idle MiB", 1),
    Column::new("binary_mib", "binary MiB, stripped", 1),
];

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let server = Server::start();
    let database = Database::create(server.url());
    setting.load(HOUSEHOLD, &database.url)?;
    let binary = stripped_mib(setting)?;
    let series = [
        ("household on PostgreSQL", Some(&database.url)),
        ("household on SQLite", None),
    ]
    .into_iter()
    .map(|(name, url)| {
        Ok(Series {
            name: name.to_owned(),
            runs: starts(setting, url.map(String::as_str), binary)?,
        })
    })
    .collect::<Result<_, Failure>>()?;
    let title = "A capability's start (aims: 500 ms, 25 MiB idle, 25 MiB stripped)".to_owned();
    Ok(Report {
        name: "start",
        title,
        columns: COLUMNS.to_vec(),
        series,
        ratios: Vec::new(),
    })
}

fn starts(setting: &Setting, postgres: Option<&str>, binary: f64) -> Result<Vec<Run>, Failure> {
    setting.go_on()?;
    let mut rig = Command::new(setting.programs.join("bench-rig"));
    rig.args(["start", "--runs", &setting.runs.to_string(), "--package"])
        .arg(setting.snapshots.join("household"))
        .stdin(Stdio::null())
        .stderr(Stdio::inherit());
    if let Some(url) = postgres {
        rig.args(["--postgres", url]);
    }
    let output = rig.output()?;
    if !output.status.success() {
        return Err(format!("the services did not start: {}", output.status).into());
    }
    let told = String::from_utf8(output.stdout)?;
    told.lines().map(|line| run(line, binary)).collect()
}

fn run(line: &str, binary: f64) -> Result<Run, Failure> {
    let figures: Value = serde_json::from_str(line)?;
    Ok(Run::from([
        ("ready_ms", number(&figures, "ready_ms")?),
        ("resident_mib", number(&figures, "resident_mib")?),
        ("binary_mib", binary),
    ]))
}

fn stripped_mib(setting: &Setting) -> Result<f64, Failure> {
    let folder = tempfile::tempdir()?;
    let stripped = folder.path().join("household");
    let status = Command::new("strip")
        .arg("-o")
        .arg(&stripped)
        .arg(setting.programs.join("household"))
        .status()?;
    if !status.success() {
        return Err(format!("strip: {status}").into());
    }
    #[expect(
        clippy::cast_precision_loss,
        reason = "a file's size in mebibytes is not told to the last byte"
    )]
    let bytes = std::fs::metadata(&stripped)?.len() as f64;
    Ok(bytes / (1024.0 * 1024.0))
}
