//! Lookups of one's own record through the gateway, beside others that verify the same token or ask the same question.
//!
//! Of all of them only this project's proves possession of the key anew on every request, refuses replays, asks a
//! policy, mints a token for the one call and has an audit entry on disk before the answer leaves.

pub(super) mod datasette;
mod haproxy;
mod nginx;
mod peer;
mod pgbench;
mod postgrest;
pub(super) mod sqlite;

use super::Setting;
use super::driver::{COLUMNS, Caller, Driven};
use super::report::{Aim, Ratio, Report};
use super::rounds::{Contestant, Series, in_turn};
use super::stage::{Around, Stage};
use crate::Failure;
use crate::parts::Part;

/// What it needs of others.
pub(super) const PARTS: [Part; 5] = [
    Part::new("postgres", "postgresql"),
    Part::new("redis-server", "redis-server"),
    Part::new("haproxy", "haproxy"),
    Part::new("nginx", "nginx-light"),
    Part::new("curl", "curl"),
];

/// One's own record.
const ME: &str = "/household/v1/me";

const WHOLE: &str = "lifeboat, all checks, PostgreSQL";
const DOOR: &str = "lifeboat gateway, static answer";
const HALF: &str = "lifeboat at half of its capacity";
const HAPROXY: &str = "HAProxy, JWT ES256, static answer";
const POSTGREST: &str = "PostgREST, JWT ES256 cached";
const PGBENCH: &str = "pgbench, the query alone";

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let answer = nginx::start()?;
    let around = Around {
        upstream: Some(answer.address()),
        ..Around::default()
    };
    let stage = Stage::start(setting, &around)?;
    let haproxy = haproxy::start(&stage.public_key()?, &answer.address())?;
    let postgrest = postgrest::start(&stage.postgres, &stage.public_key()?)?;
    let rig = &stage.rig;
    let (door, door_pid) = rig.door.clone().ok_or("there is no second gateway")?;
    let driven = |name, caller, target, pids| Driven::records(rig, name, caller, target, pids);
    let mut contestants: Vec<Box<dyn Contestant>> = vec![
        Box::new(driven(
            WHOLE,
            Caller::Possession,
            format!("{}{ME}", rig.gateway),
            rig.pids(),
        )),
        Box::new(driven(
            DOOR,
            Caller::Possession,
            format!("{door}{ME}"),
            vec![door_pid],
        )),
        Box::new(driven(
            HAPROXY,
            Caller::Bearer,
            format!("{}{ME}", haproxy.url()),
            vec![haproxy.pid()],
        )),
        Box::new(driven(
            POSTGREST,
            Caller::Bearer,
            postgrest::one_person(&postgrest),
            vec![postgrest.pid()],
        )),
        Box::new(pgbench::Query::prepare(PGBENCH, &stage, setting)?),
    ];
    let mut series = in_turn(&mut contestants, setting)?;

    let capacity = series
        .first()
        .and_then(|whole| whole.median("requests_per_second"))
        .unwrap_or_default();
    let mut half = driven(
        HALF,
        Caller::Possession,
        format!("{}{ME}", rig.gateway),
        rig.pids(),
    );
    half.rate = Some(capacity / 2.0);
    series.extend(in_turn(
        &mut [Box::new(half) as Box<dyn Contestant>],
        setting,
    )?);

    let title = format!("GET {ME}, 32 connections");
    Ok(Report {
        name: "lookups",
        title,
        columns: COLUMNS.to_vec(),
        ratios: ratios(&series),
        series,
    })
}

fn ratios(series: &[Series]) -> Vec<Ratio> {
    let aims = [
        (DOOR, HAPROXY, Some(0.6)),
        (WHOLE, HAPROXY, None),
        (WHOLE, POSTGREST, Some(1.5)),
        (WHOLE, PGBENCH, None),
    ];
    let measured = |name: &str| series.iter().any(|series| series.name == name);
    let both = aims
        .into_iter()
        .filter(|(of, to, _)| measured(of) && measured(to));
    both.map(|(of, to, aim)| Ratio {
        column: "requests_per_second",
        of: of.to_owned(),
        to: to.to_owned(),
        aim: aim.map(Aim::AtLeast),
    })
    .collect()
}
