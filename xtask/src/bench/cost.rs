//! What a request costs each process that it passes, and what a restored row does: the figures from which a deployment is sized. There is
//! no peer.
//!
//! Requests come at a steady rate, as they do to a copy that is not full, with every check on and the audit durable; rows come out of a
//! vault that has lost one of its three clouds, every byte proved, into PostgreSQL with their keys and indexes.

use std::time::Duration;

use test_support::postgres::{self, Database};
use test_support::rabbitmq;

use super::Setting;
use super::driver::{Asked, Caller, Driven, PEOPLE, Told, answered, number, watched};
use super::journal::{FORM, PATH};
use super::load::package::Package;
use super::report::{Column, Report};
use super::rig::Rig;
use super::rounds::{Contestant, Run, Series, in_turn};
use super::stage::{Around, SETTINGS, Stage, systems};
use super::usage::cpu_with_ended;
use super::vault::ours::Vault;
use crate::Failure;
use crate::parts::Part;

/// What it needs of others.
pub(super) const PARTS: [Part; 3] = super::journal::PARTS;

const COLUMNS: [Column; 10] = [
    Column::new("per_second", "a second", 0),
    Column::new("p99_ms", "p99 ms", 1),
    Column::new("gateway_us", "gateway CPU us", 0),
    Column::new("identity_us", "identity CPU us", 0),
    Column::new("capability_us", "capability CPU us", 0),
    Column::new("restore_us", "restore CPU us", 2),
    Column::new("postgres_us", "PostgreSQL CPU us", 1),
    Column::new("redis_us", "Redis CPU us", 0),
    Column::new("rabbitmq_us", "RabbitMQ CPU us", 0),
    Column::new("peak_mib", "restore peak MiB", 0),
];

/// Lookups, sign-ins and applications a second: less than the slowest of the machines takes that this was measured on.
const LOOKUPS: f64 = 600.0;
const SIGN_INS: f64 = 40.0;
const APPLICATIONS: f64 = 200.0;

const SECONDS: &str = "8";

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let mut series = requests(setting)?;
    series.extend(rows(setting)?);
    Ok(Report {
        name: "cost",
        title: "Processor time of a request by process, at a steady rate, and of a restored row"
            .to_owned(),
        columns: COLUMNS.to_vec(),
        series,
        ratios: Vec::new(),
    })
}

/// Sign-ins, applications, and lookups in every capability.
fn requests(setting: &Setting) -> Result<Vec<Series>, Failure> {
    let broker = rabbitmq::Server::start();
    let around = Around {
        broker: Some(broker.url().to_owned()),
        everything: true,
        ..Around::default()
    };
    let stage = Stage::start(setting, &around)?;
    let processes = Processes::of(&stage, &broker)?;
    let rig = &stage.rig;
    let steady = |name: String, path: &str, asked, rate| -> Box<dyn Contestant + '_> {
        let target = format!("{}{path}", rig.gateway);
        Box::new(Steady {
            driven: Driven {
                asked,
                rate: Some(rate),
                ..Driven::records(rig, &name, Caller::Possession, target, rig.pids())
            },
            processes: &processes,
        })
    };
    let mut asked: Vec<Box<dyn Contestant + '_>> = vec![
        Box::new(SignIns {
            rig,
            processes: &processes,
        }),
        steady(
            "an application".to_owned(),
            PATH,
            Asked::Application(FORM),
            APPLICATIONS,
        ),
    ];
    asked.extend(rig.capabilities().map(|(name, _)| {
        let path = format!("/{name}/v1/me");
        steady(format!("a lookup in {name}"), &path, Asked::Record, LOOKUPS)
    }));
    in_turn(&mut asked, setting)
}

/// Every system, brought back from a vault.
fn rows(setting: &Setting) -> Result<Vec<Series>, Failure> {
    let work = tempfile::tempdir()?;
    let server = postgres::Server::start_with(&SETTINGS);
    let mut restored: Vec<Box<dyn Contestant + '_>> = Vec::new();
    for system in systems(&setting.snapshots)? {
        let one = Restored::prepare(setting, work.path(), &server, system)?;
        restored.push(Box::new(one));
    }
    in_turn(&mut restored, setting)
}

/// Who works for a request, by the column that says how much.
struct Processes(Vec<(&'static str, Vec<u32>)>);

/// What each of them has used so far.
type Used = Vec<(&'static str, Duration)>;

impl Processes {
    fn of(stage: &Stage, broker: &rabbitmq::Server) -> Result<Self, Failure> {
        let rig = &stage.rig;
        let capabilities = rig.capabilities().map(|(_, pid)| pid).collect();
        let server =
            |pid: Option<u32>| Ok::<_, Failure>(vec![pid.ok_or("a server is not running")?]);
        Ok(Self(vec![
            ("gateway_us", vec![rig.process("gateway")?]),
            ("identity_us", vec![rig.process("identity")?]),
            ("capability_us", capabilities),
            ("postgres_us", server(stage.server.pid())?),
            ("redis_us", server(stage.redis.pid())?),
            ("rabbitmq_us", server(broker.pid())?),
        ]))
    }

    fn used(&self) -> Used {
        let of = |(column, pids): &(&'static str, Vec<u32>)| (*column, cpu_with_ended(pids));
        self.0.iter().map(of).collect()
    }
}

/// What each process used for one request, of those that were all answered with `success`.
fn each(told: &Told<Used>, success: &str) -> Result<Run, Failure> {
    let answered = answered(&told.figures, success)?;
    let mut run = Run::from([
        ("per_second", number(&told.figures, "requests_per_second")?),
        ("p99_ms", number(&told.figures, "p99_ms")?),
    ]);
    for ((column, before), (_, after)) in told.before.iter().zip(&told.after) {
        let used = after.saturating_sub(*before).as_secs_f64();
        run.insert(column, used * 1e6 / answered);
    }
    Ok(run)
}

/// The same request by many people.
struct Steady<'a> {
    driven: Driven,
    processes: &'a Processes,
}

impl Contestant for Steady<'_> {
    fn name(&self) -> &str {
        self.driven.name()
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let told = self.driven.steadily(setting, || self.processes.used())?;
        each(&told, self.driven.asked.success())
    }
}

/// People who sign in by what the register holds, each with a new key.
struct SignIns<'a> {
    rig: &'a Rig,
    processes: &'a Processes,
}

impl Contestant for SignIns<'_> {
    fn name(&self) -> &'static str {
        "a sign-in"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let (people, rate) = (PEOPLE.to_string(), SIGN_INS.to_string());
        let mut arguments = vec!["sign-in", "--gateway", &self.rig.gateway];
        arguments.extend(["--people", &people, "--seconds", SECONDS, "--rate", &rate]);
        let told = watched(setting, &arguments, || self.processes.used())?;
        each(&told, "200")
    }
}

/// A system that is brought back from a vault of its own.
struct Restored<'a> {
    name: String,
    system: String,
    rows: u64,
    vault: Vault,
    server: &'a postgres::Server,
}

impl<'a> Restored<'a> {
    fn prepare(
        setting: &Setting,
        work: &std::path::Path,
        server: &'a postgres::Server,
        system: String,
    ) -> Result<Self, Failure> {
        let source = setting.snapshots.join(&system);
        let vault = Vault::make(setting, &work.join(&system))?;
        vault.begin(setting)?;
        vault.back_up(&source, 1.0, setting)?;
        Ok(Self {
            name: format!("a row of {system}"),
            rows: Package::read(&source)?.rows(),
            system,
            vault,
            server,
        })
    }
}

impl Contestant for Restored<'_> {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let database = Database::create(self.server.url());
        let postmaster = [self.server.pid().ok_or("PostgreSQL is not running")?];
        let before = cpu_with_ended(&postmaster);
        let measured = self.vault.restore(&database.url, setting)?;
        let by_server = cpu_with_ended(&postmaster).saturating_sub(before);
        if self.rows == 0 {
            return Err(format!("{} has no rows", self.system).into());
        }
        #[expect(
            clippy::cast_precision_loss,
            reason = "a figure of a bench is not counted to the last row"
        )]
        let rows = self.rows as f64;
        Ok(Run::from([
            ("per_second", rows / measured.wall.as_secs_f64()),
            ("restore_us", measured.usage.cpu.as_secs_f64() * 1e6 / rows),
            ("postgres_us", by_server.as_secs_f64() * 1e6 / rows),
            ("peak_mib", measured.usage.peak_mib()),
        ]))
    }
}
