//! Into SQLite: beside `sqlite3 .import` and the same indexes afterwards.

use std::fmt::Write;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use super::super::measured::Measured;
use super::super::rounds::{Contestant, Run};
use super::super::sqlite_files;
use super::super::{HOUSEHOLD, Setting};
use super::package::Package;
use super::write_script;
use crate::Failure;

/// This project's load and its peer.
pub(super) fn contestants(setting: &Setting, package: &Package) -> Result<(Ours, Import), Failure> {
    let folder = tempfile::tempdir()?;
    Measured::run(
        &mut setting.snapshot_load(HOUSEHOLD, &package.folder, &url(folder.path())),
        setting,
    )?;
    let loaded = sqlite_files::largest(folder.path())?;
    let script = script(package, &made(&loaded, "table")?, &made(&loaded, "index")?)?;
    let folder = tempfile::tempdir()?;
    write_script(&folder, &script)?;
    let ours = Ours {
        load: Package::read(&package.folder)?,
    };
    Ok((
        ours,
        Import {
            folder,
            rows: package.rows(),
        },
    ))
}

/// `lifeboat snapshot load`.
#[derive(Debug)]
pub(super) struct Ours {
    load: Package,
}

impl Contestant for Ours {
    fn name(&self) -> &'static str {
        "lifeboat, SQLite"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let folder = tempfile::tempdir()?;
        let measured = Measured::run(
            &mut setting.snapshot_load(HOUSEHOLD, &self.load.folder, &url(folder.path())),
            setting,
        )?;
        Ok(measured.of_rows(self.load.rows()))
    }
}

/// `sqlite3 .import`.
#[derive(Debug)]
pub(super) struct Import {
    folder: TempDir,
    rows: u64,
}

impl Contestant for Import {
    fn name(&self) -> &'static str {
        "sqlite3 .import and indexes"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let folder = tempfile::tempdir()?;
        let file = folder.path().join("peer.sqlite");
        let read = format!(".read {}", self.folder.path().join("script").display());
        let measured = Measured::run(
            Command::new("sqlite3").arg("-bail").arg(&file).arg(read),
            setting,
        )?;
        let loaded = rows(&file)?;
        if loaded != self.rows {
            return Err(format!("{loaded} rows came of {}", self.rows).into());
        }
        Ok(measured.of_rows(self.rows))
    }
}

fn url(folder: &Path) -> String {
    format!("sqlite://{}", folder.join("store").display())
}

fn query(file: &Path, statement: &str) -> Result<String, Failure> {
    let output = Command::new("sqlite3")
        .arg("-readonly")
        .arg(file)
        .arg(statement)
        .output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(format!("sqlite3: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// What our own load made, as SQL, so that the peer makes the same.
fn made(file: &Path, kind: &str) -> Result<String, Failure> {
    let statement = format!(
        "SELECT sql || ';' FROM sqlite_master WHERE type = '{kind}' AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
    );
    query(file, &statement)
}

fn rows(file: &Path) -> Result<u64, Failure> {
    let tables = query(file, "SELECT name FROM sqlite_master WHERE type = 'table'")?;
    let mut rows = 0;
    for table in tables.lines() {
        rows += query(file, &format!("SELECT count(*) FROM \"{table}\""))?
            .trim()
            .parse::<u64>()?;
    }
    Ok(rows)
}

/// Tables, rows, then indexes.
fn script(package: &Package, tables: &str, indexes: &str) -> Result<String, Failure> {
    let mut script = tables.to_owned();
    for table in &package.tables {
        for file in &table.files {
            writeln!(
                script,
                ".import --csv --skip 1 \"{}\" {}",
                file.display(),
                table.name
            )?;
        }
    }
    script.push_str(indexes);
    Ok(script)
}
