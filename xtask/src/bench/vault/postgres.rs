//! A loaded PostgreSQL: backed up while it runs, lost, and brought back until it answers; beside pgBackRest.
//!
//! pgBackRest copies the cluster's files and starts the server on them; the vault keeps rows, so that any PostgreSQL can take them, and
//! makes tables, keys, indexes and statistics of them anew. Either restore ends when a row is found by its key.

use std::process::Command;
use std::rc::Rc;

use test_support::postgres::{Database, Server, psql};

use super::super::Setting;
use super::super::measured::Measured;
use super::super::report::{Aim, Ratio, Report};
use super::super::rounds::{Contestant, Run, in_turn};
use super::{COLUMNS, ours, pgbackrest};
use crate::Failure;
use crate::parts::Part;

/// What it needs of others.
pub(in super::super) const PARTS: [Part; 2] = [
    Part::new("postgres", "postgresql"),
    Part::new("pgbackrest", "pgbackrest"),
];

/// As an operator would set it; durable, and ready for pgBackRest, which needs the log of changes archived.
const SETTINGS: [(&str, &str); 5] = [
    ("shared_buffers", "512MB"),
    ("maintenance_work_mem", "256MB"),
    ("max_wal_size", "4GB"),
    ("wal_level", "replica"),
    ("archive_mode", "on"),
];

/// The same of a server that rows are loaded into; archiving begins when it is in service.
pub(super) const AFTERWARDS: [(&str, &str); 3] = [SETTINGS[0], SETTINGS[1], SETTINGS[2]];

/// The systems whose data packages are loaded.
const SYSTEMS: [&str; 3] = ["household", "vehicle-driver", "national-tax"];

pub(in super::super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let work = tempfile::tempdir()?;
    let source = Rc::new(Source::load(setting)?);
    let vault = ours::Vault::make(setting, work.path())?;
    let rival = pgbackrest::Repository::make(&source)?;
    let title = format!(
        "Backup and restore of a PostgreSQL database of {:.0} MiB with its indexes ({})",
        source.mib,
        SYSTEMS.join(", ")
    );
    let mut contestants: Vec<Box<dyn Contestant>> = vec![
        Box::new(First(vault.clone(), Rc::clone(&source))),
        Box::new(pgbackrest::First(rival.clone())),
        Box::new(Restore(vault, Rc::clone(&source))),
        Box::new(pgbackrest::Restore(rival)),
    ];
    let series = in_turn(&mut contestants, setting)?;
    let ratio = |of: usize, to: usize, aim| Ratio {
        column: "wall_seconds",
        of: series[of].name.clone(),
        to: series[to].name.clone(),
        aim,
    };
    let ratios = vec![ratio(0, 1, None), ratio(2, 3, Some(Aim::AtMost(1.5)))];
    Ok(Report {
        name: "vault-postgres",
        title,
        columns: COLUMNS.to_vec(),
        series,
        ratios,
    })
}

/// A server with the data packages loaded into its database `postgres`.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) server: Server,
    /// With indexes.
    pub(super) mib: f64,
    /// A statement that finds one row by its key, and what it answers.
    question: String,
    answer: String,
}

impl Source {
    fn load(setting: &Setting) -> Result<Self, Failure> {
        let server = Server::start_with(&SETTINGS);
        let url = server.url().to_owned();
        // What loading leaves to be archived is nobody's backup.
        psql(&url, "ALTER SYSTEM SET archive_command = '/bin/true'")?;
        psql(&url, "SELECT pg_reload_conf()")?;
        for system in SYSTEMS {
            let mut load = Command::new(setting.programs.join("lifeboat"));
            load.args(["snapshot", "load", "--database", &url, "--system", system])
                .arg(setting.snapshots.join(system))
                .current_dir(std::env::temp_dir());
            Measured::run(&mut load, setting)?;
        }
        // Both begin with nothing left to write.
        psql(&url, "VACUUM ANALYZE")?;
        psql(&url, "CHECKPOINT")?;
        let mib = psql(
            &url,
            "SELECT round(sum(pg_total_relation_size(c.oid)) / 1048576.0, 2) FROM pg_class c WHERE c.relkind = 'r'",
        )?;
        let schema = psql(
            &url,
            "SELECT table_schema FROM information_schema.tables WHERE table_name = 'person'",
        )?;
        let person = psql(
            &url,
            &format!("SELECT max(national_id) FROM {schema}.person"),
        )?;
        let question = format!("SELECT * FROM {schema}.person WHERE national_id = '{person}'");
        Ok(Self {
            answer: psql(&url, &question)?,
            server,
            mib: mib.parse()?,
            question,
        })
    }

    /// Whether the database of this URL answers as this one does.
    pub(super) fn answers_at(&self, url: &str) -> Result<(), Failure> {
        let answer = psql(url, &self.question)?;
        if answer == self.answer {
            Ok(())
        } else {
            Err(format!("{} gives {answer} after the restore", self.question).into())
        }
    }
}

/// The first backup of the database into an empty vault.
#[derive(Debug)]
struct First(ours::Vault, Rc<Source>);

impl Contestant for First {
    fn name(&self) -> &'static str {
        "lifeboat, backup of a database to three clouds"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        self.0.begin(setting)?;
        self.0.back_up(self.1.server.url(), self.1.mib, setting)
    }
}

/// The restore of the database with one cloud away, straight into a running server.
#[derive(Debug)]
struct Restore(ours::Vault, Rc<Source>);

impl Contestant for Restore {
    fn name(&self) -> &'static str {
        "lifeboat, restore with one cloud lost into a running server"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let server = Server::start_with(&AFTERWARDS);
        let database = Database::create(server.url());
        let restored = self.0.restore(&database.url, setting)?;
        self.1.answers_at(&database.url)?;
        Ok(restored.of_mib(self.1.mib, None))
    }
}
