//! Every capability that has data, a process each, on one PostgreSQL: what they hold when nobody asks, and a citizen's own
//! record of each at half of its capacity. There is no peer.

use std::time::Duration;

use super::Setting;
use super::driver::{COLUMNS, Caller, Driven};
use super::report::Report;
use super::rounds::{Contestant, Run, Series, in_turn};
use super::stage::{Around, Stage};
use super::usage::Usage;
use crate::Failure;
use crate::parts::Part;

/// What it needs of others.
pub(super) const PARTS: [Part; 2] = [
    Part::new("postgres", "postgresql"),
    Part::new("redis-server", "redis-server"),
];

/// After this long without a request, the services have settled.
const IDLE: Duration = Duration::from_secs(5);

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let around = Around {
        everything: true,
        ..Around::default()
    };
    let stage = Stage::start(setting, &around)?;
    let rig = &stage.rig;
    std::thread::sleep(IDLE);
    let of_capabilities: Vec<u32> = rig.capabilities().map(|(_, pid)| pid).collect();
    let count = of_capabilities.len();
    let mut series = vec![
        idle(
            format!("the {count} capabilities together, idle"),
            &of_capabilities,
        ),
        idle("with gateway and identity, idle".to_owned(), &rig.pids()),
    ];

    let asked = |name: &str, rate: Option<f64>| -> Box<dyn Contestant> {
        let suffix = if rate.is_some() { " at half of it" } else { "" };
        let (shown, target) = (
            format!("{name}{suffix}"),
            format!("{}/{name}/v1/me", rig.gateway),
        );
        Box::new(Driven {
            rate,
            ..Driven::records(rig, &shown, Caller::Possession, target, rig.pids())
        })
    };
    let names = || rig.capabilities().map(|(name, _)| name);
    let mut full: Vec<_> = names().map(|name| asked(name, None)).collect();
    let full = in_turn(&mut full, setting)?;
    let mut half: Vec<_> = names()
        .zip(&full)
        .map(|(name, full)| {
            let capacity = full.median("requests_per_second").unwrap_or_default();
            asked(name, Some(capacity / 2.0))
        })
        .collect();
    let half = in_turn(&mut half, setting)?;
    series.extend(
        full.into_iter()
            .zip(half)
            .flat_map(|(full, half)| [full, half]),
    );
    Ok(Report {
        name: "capabilities",
        title: "GET /CAPABILITY/v1/me, 32 connections (aims: p99 under 10 ms at half of the capacity, 180 MiB idle)"
            .to_owned(),
        columns: COLUMNS.to_vec(),
        series,
        ratios: Vec::new(),
    })
}

/// What processes hold now.
fn idle(name: String, pids: &[u32]) -> Series {
    let resident = Usage::of(pids).resident_mib();
    Series {
        name,
        runs: vec![Run::from([("resident_mib", resident)])],
    }
}
