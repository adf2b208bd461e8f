//! Five times as many requests as the gateway takes, for a minute. There is no peer.
//!
//! The generator runs on the same machine and signs a fresh proof for every request, so the gateway is told to take an eighth of what
//! the machine could do: what is measured is how it sheds, not who gets the processors.

use super::Setting;
use super::driver::{COLUMNS, Caller, Driven, number};
use super::report::{Column, Ratio, Report};
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

const SECONDS: &str = "60";
const CONNECTIONS: &str = "512";
const TIMES: f64 = 5.0;

/// Of the machine's own capacity.
const SHARE: f64 = 1.0 / 8.0;

const BEFORE: &str = "half of its capacity";
const OVER: &str = "five times its capacity for a minute";
const AFTER: &str = "half of its capacity, right afterwards";

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let capacity = capacity(setting)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "requests a second are few and not negative"
    )]
    let around = Around {
        capacity: Some(capacity as u32),
        ..Around::default()
    };
    let stage = Stage::start(setting, &around)?;
    let half = |name: &str| -> Box<dyn Contestant> {
        Box::new(Driven {
            rate: Some(capacity / 2.0),
            ..driven(&stage, name)
        })
    };
    let mut contestants = [
        half(BEFORE),
        Box::new(Overloaded {
            driven: driven(&stage, OVER),
            capacity,
        }),
        half(AFTER),
    ];
    let series = in_turn(&mut contestants, setting)?;
    let mut columns = COLUMNS.to_vec();
    columns.extend([
        Column::new("good_share", "answered of its capacity", 2),
        Column::new("good_p99_ms", "p99 ms of those", 1),
        Column::new("refused", "refused with Retry-After", 0),
    ]);
    Ok(Report {
        name: "overload",
        title: format!(
            "GET /household/v1/me beyond the gateway's capacity of {capacity}/s (aims: 0.9 of it answered, p99 of those under 500 ms)"
        ),
        columns,
        series,
        ratios: vec![
            // Right afterwards it is as it was: it takes no five seconds to be normal again.
            compared("p99_ms", AFTER, BEFORE),
            compared("resident_mib", OVER, BEFORE),
        ],
    })
}

/// What the gateway is told to take: a part of what this machine can do.
fn capacity(setting: &Setting) -> Result<f64, Failure> {
    let stage = Stage::start(setting, &Around::default())?;
    let mut all: [Box<dyn Contestant>; 1] = [Box::new(driven(&stage, "as many as are answered"))];
    let series: Vec<Series> = in_turn(&mut all, setting)?;
    let most = series
        .first()
        .and_then(|series| series.median("requests_per_second"))
        .ok_or("the machine's capacity was not measured")?;
    Ok((most * SHARE).floor().max(1.0))
}

fn compared(column: &'static str, of: &str, to: &str) -> Ratio {
    Ratio {
        column,
        of: of.to_owned(),
        to: to.to_owned(),
        aim: None,
    }
}

fn driven(stage: &Stage, name: &str) -> Driven {
    let rig = &stage.rig;
    let target = format!("{}/household/v1/me", rig.gateway);
    Driven::records(rig, name, Caller::Possession, target, rig.pids())
}

struct Overloaded {
    driven: Driven,
    capacity: f64,
}

impl Contestant for Overloaded {
    fn name(&self) -> &str {
        self.driven.name()
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let rate = (TIMES * self.capacity).to_string();
        let arguments = [
            "--connections",
            CONNECTIONS,
            "--seconds",
            SECONDS,
            "--rate",
            &rate,
            "--fresh",
        ];
        let pids = &self.driven.pids;
        let told = self.driven.drive(setting, &arguments, || Usage::of(pids))?;
        let number = |key| number(&told.figures, key);
        // Nobody may be left without an answer, or without a word when to come back.
        let (broken, unexplained) = (number("broken")?, number("unexplained")?);
        let of = |status: &str| {
            told.figures["statuses"][status]
                .as_f64()
                .unwrap_or_default()
        };
        let (good, refused) = (number("good")?, of("429") + of("503"));
        let others = number("requests")? - good - refused;
        if broken + unexplained + others > 0.0 {
            return Err(format!("not every request was answered well: {}", told.figures).into());
        }
        Ok(Run::from([
            ("requests_per_second", number("requests_per_second")?),
            ("p50_ms", number("p50_ms")?),
            ("p99_ms", number("p99_ms")?),
            ("resident_mib", told.after.peak_mib()),
            ("good_share", good / number("seconds")? / self.capacity),
            ("good_p99_ms", number("good_p99_ms")?),
            ("refused", refused),
        ]))
    }
}
