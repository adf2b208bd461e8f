//! Applications through the gateway into the journal, with everything on. There is no peer.
//!
//! Each has a receipt and is on disk, with its audit entry, before its answer leaves; a relay hands it to RabbitMQ.

use test_support::postgres::psql;
use test_support::rabbitmq;

use super::Setting;
use super::driver::{Asked, COLUMNS, Caller, Driven};
use super::report::{Column, Report};
use super::rounds::{Contestant, in_turn};
use super::stage::{Around, Stage};
use crate::Failure;
use crate::parts::Part;

/// What it needs of others.
pub(super) const PARTS: [Part; 3] = [
    Part::new("postgres", "postgresql"),
    Part::new("redis-server", "redis-server"),
    Part::new("rabbitmq-server", "rabbitmq-server"),
];

/// What is filed, and where.
pub(super) const PATH: &str = "/household/v1/applications/household-transcript";
pub(super) const FORM: &str =
    r#"{"household_no":"{household_no}","scope":"person","copies":1,"contact_phone":"0912345678"}"#;

/// Filings a second that the project wants sustained.
const AIM: f64 = 200.0;

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let broker = rabbitmq::Server::start();
    let around = Around {
        broker: Some(broker.url().to_owned()),
        ..Around::default()
    };
    let stage = Stage::start(setting, &around)?;
    let filing = |name: &str, rate| -> Box<dyn Contestant> {
        Box::new(Driven {
            name: name.to_owned(),
            caller: Caller::Possession,
            target: format!("{}{PATH}", stage.rig.gateway),
            pids: stage.rig.pids(),
            gateway: stage.rig.gateway.clone(),
            asked: Asked::Application(FORM),
            rate,
        })
    };
    let mut contestants = [
        filing("as many as are answered", None),
        filing("200 a second", Some(AIM)),
    ];
    let series = in_turn(&mut contestants, setting)?;
    let kept = "SELECT count(*), count(DISTINCT receipt) FROM journal_household.application";
    eprintln!(
        "applications and receipts in the journal: {}",
        psql(&stage.postgres.url, kept)?
    );
    let columns = COLUMNS.map(|column| match column.key {
        "requests_per_second" => Column {
            title: "filings/s",
            ..column
        },
        _ => column,
    });
    Ok(Report {
        name: "journal",
        title: format!("POST {PATH}, 32 connections (aim: 200/s)"),
        columns: columns.to_vec(),
        ratios: Vec::new(),
        series,
    })
}
