//! Into PostgreSQL: beside `psql \copy` and the same keys and indexes afterwards.

use std::fmt::Write;
use std::process::Command;
use std::rc::Rc;

use tempfile::TempDir;
use test_support::postgres::{Database, Server, program, psql};

use super::super::measured::Measured;
use super::super::rounds::{Contestant, Run};
use super::super::{HOUSEHOLD, Setting};
use super::package::Package;
use super::write_script;
use crate::Failure;

/// As an operator would set it for a load; durable.
const SETTINGS: [(&str, &str); 3] = [
    ("shared_buffers", "512MB"),
    ("maintenance_work_mem", "256MB"),
    ("max_wal_size", "4GB"),
];

/// This project's load and its peer, on one server.
pub(super) fn contestants(setting: &Setting, package: &Package) -> Result<(Ours, Copy), Failure> {
    let server = Rc::new(Server::start_with(&SETTINGS));
    let database = Database::create(server.url());
    Measured::run(
        &mut setting.snapshot_load(HOUSEHOLD, &package.folder, &database.url),
        setting,
    )?;
    let folder = tempfile::tempdir()?;
    let script = script(
        package,
        &dump(&database.url, "pre-data")?,
        &dump(&database.url, "post-data")?,
    )?;
    write_script(&folder, &script)?;
    let ours = Ours {
        server: Rc::clone(&server),
        load: Package::read(&package.folder)?,
    };
    Ok((
        ours,
        Copy {
            server,
            folder,
            rows: package.rows(),
        },
    ))
}

/// `lifeboat snapshot load`.
#[derive(Debug)]
pub(super) struct Ours {
    server: Rc<Server>,
    load: Package,
}

impl Contestant for Ours {
    fn name(&self) -> &'static str {
        "lifeboat, PostgreSQL"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let database = fresh(&self.server)?;
        let measured = Measured::run(
            &mut setting.snapshot_load(HOUSEHOLD, &self.load.folder, &database.url),
            setting,
        )?;
        Ok(measured.of_rows(self.load.rows()))
    }
}

/// `psql \copy`.
#[derive(Debug)]
pub(super) struct Copy {
    server: Rc<Server>,
    folder: TempDir,
    rows: u64,
}

impl Contestant for Copy {
    fn name(&self) -> &'static str {
        "psql \\copy and indexes"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let database = fresh(&self.server)?;
        let mut copy = Command::new(program("psql"));
        copy.args([
            "--no-psqlrc",
            "--quiet",
            "--set",
            "ON_ERROR_STOP=1",
            "--file",
        ])
        .arg(self.folder.path().join("script"))
        .arg(&database.url);
        Ok(Measured::run(&mut copy, setting)?.of_rows(self.rows))
    }
}

/// A new database, with nothing of the run before left to write.
fn fresh(server: &Server) -> Result<Database, Failure> {
    let database = Database::create(server.url());
    psql(server.url(), "CHECKPOINT")?;
    Ok(database)
}

/// What our own load made, as SQL, so that the peer makes exactly the same.
fn dump(url: &str, section: &str) -> Result<String, Failure> {
    let output = Command::new(program("pg_dump"))
        .args([
            "--schema-only",
            "--no-owner",
            &format!("--section={section}"),
        ])
        .arg(format!("--schema={HOUSEHOLD}_*"))
        .arg(url)
        .output()?;
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(format!("pg_dump: {}", String::from_utf8_lossy(&output.stderr)).into())
}

/// Tables, rows, then keys and indexes.
fn script(package: &Package, tables: &str, indexes: &str) -> Result<String, Failure> {
    let schema = tables
        .lines()
        .find_map(|line| line.strip_prefix("CREATE SCHEMA ")?.strip_suffix(';'))
        .ok_or("the load made no schema of its own")?;
    let mut script = tables.to_owned();
    for table in &package.tables {
        for file in &table.files {
            writeln!(
                script,
                "\\copy {schema}.{}({}) FROM '{}' WITH (FORMAT csv, HEADER true, NULL '')",
                table.name,
                table.columns.join(","),
                file.display()
            )?;
        }
    }
    script.push_str(indexes);
    Ok(script)
}
