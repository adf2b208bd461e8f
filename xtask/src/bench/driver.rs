//! The load generator, and what the servers used while it was at work.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::time::Instant;

use serde_json::Value;

use super::Setting;
use super::report::Column;
use super::rig::Rig;
use super::rounds::{Contestant, Run};
use super::usage::Usage;
use crate::Failure;

/// What is found of a server.
pub(super) const COLUMNS: [Column; 5] = [
    Column::new("requests_per_second", "requests/s", 0),
    Column::new("p50_ms", "p50 ms", 2),
    Column::new("p99_ms", "p99 ms", 2),
    Column::new("cpu_seconds_per_1000", "CPU s per 1,000", 3),
    Column::new("resident_mib", "resident MiB", 0),
];

/// How long new requests are sent.
const SECONDS: &str = "8";

/// How many people ask, each with a token of their own.
pub(super) const PEOPLE: usize = 64;

/// How the generator says who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Caller {
    /// A token with a fresh proof of possession for every request (RFC 9449).
    Possession,
    /// The same token alone (RFC 6750).
    Bearer,
}

/// What the server is asked for, again and again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    /// A record.
    Record,
    /// To take an application: this form, where `{household_no}` stands for the caller's own, each under a key of its
    /// own.
    Application(&'static str),
}

impl Asked {
    /// The status that says it was done.
    pub(super) fn success(self) -> &'static str {
        match self {
            Self::Record => "200",
            Self::Application(_) => "202",
        }
    }
}

/// A server that the generator drives.
#[derive(Debug)]
pub(super) struct Driven {
    pub(super) name: String,
    pub(super) caller: Caller,
    /// The URL, `{national_id}` standing for the caller's own.
    pub(super) target: String,
    /// Whose processor time and memory count.
    pub(super) pids: Vec<u32>,
    /// Where the people sign in.
    pub(super) gateway: String,
    pub(super) asked: Asked,
    /// Requests a second; as many as are answered when not said.
    pub(super) rate: Option<f64>,
}

impl Contestant for Driven {
    fn name(&self) -> &str {
        &self.name
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let told = self.steadily(setting, || Usage::of(&self.pids))?;
        run(&told.figures, self.asked.success(), told.before, told.after)
    }
}

/// What the generator told, and what the servers had used before and after.
#[derive(Debug)]
pub(super) struct Told<U> {
    pub(super) figures: Value,
    pub(super) before: U,
    pub(super) after: U,
}

impl Driven {
    /// A server that is asked for records as fast as it answers, by people who sign in with `rig`.
    pub(super) fn records(
        rig: &Rig,
        name: &str,
        caller: Caller,
        target: String,
        pids: Vec<u32>,
    ) -> Self {
        Self {
            name: name.to_owned(),
            caller,
            target,
            pids,
            gateway: rig.gateway.clone(),
            asked: Asked::Record,
            rate: None,
        }
    }

    /// Has it asked as its rate says, or as fast as it answers; `used` tells what the servers have used so far.
    pub(super) fn steadily<U>(
        &self,
        setting: &Setting,
        used: impl Fn() -> U,
    ) -> Result<Told<U>, Failure> {
        let mut arguments = vec!["--connections", "32", "--seconds", SECONDS];
        if let Asked::Application(form) = self.asked {
            arguments.extend(["--form", form, "--proofs", "24000"]);
        }
        let rate = self.rate.map(|rate| rate.to_string());
        arguments.extend(rate.iter().flat_map(|rate| ["--rate", rate]));
        self.drive(setting, &arguments, used)
    }

    /// Has it asked with these arguments of the generator.
    pub(super) fn drive<U>(
        &self,
        setting: &Setting,
        arguments: &[&str],
        used: impl Fn() -> U,
    ) -> Result<Told<U>, Failure> {
        let caller = match self.caller {
            Caller::Possession => "possession",
            Caller::Bearer => "bearer",
        };
        let people = PEOPLE.to_string();
        let mut all = vec!["load", "--gateway", &self.gateway];
        all.extend(["--target", &self.target, "--caller", caller]);
        all.extend(["--people", &people]);
        all.extend(arguments);
        watched(setting, &all, used)
    }
}

/// Runs the generator with these arguments, on the people of the household package.
pub(super) fn watched<U>(
    setting: &Setting,
    arguments: &[&str],
    used: impl Fn() -> U,
) -> Result<Told<U>, Failure> {
    let mut generator = Command::new(setting.programs.join("bench-rig"))
        .args(arguments)
        .arg("--package")
        .arg(setting.snapshots.join("household"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()?;
    let told = generator
        .stdout
        .take()
        .ok_or("the load generator has no output")?;
    let found = observed(&mut BufReader::new(told), setting, used);
    if found.is_err() {
        generator.kill()?;
    }
    let status = generator.wait()?;
    // What was found wrong, rather than that the generator was ended for it.
    let told = found?;
    if !status.success() {
        return Err(format!("the load generator failed: {status}").into());
    }
    Ok(told)
}

/// The generator says `measuring` when it begins, and the figures when it is done.
fn observed<U>(
    told: &mut impl BufRead,
    setting: &Setting,
    used: impl Fn() -> U,
) -> Result<Told<U>, Failure> {
    let mut line = String::new();
    told.read_line(&mut line)?;
    if line.trim() != "measuring" {
        return Err("the load generator did not begin".into());
    }
    let (before, began) = (used(), Instant::now());
    line.clear();
    told.read_line(&mut line)?;
    let after = used();
    setting.go_on()?;
    let figures: Value = serde_json::from_str(&line)
        .map_err(|error| format!("no figures after {:?}: {error}", began.elapsed()))?;
    Ok(Told {
        figures,
        before,
        after,
    })
}

/// Only answers with success count, and all must be.
fn run(figures: &Value, success: &str, before: Usage, after: Usage) -> Result<Run, Failure> {
    let answered = answered(figures, success)?;
    let cpu = after.cpu.saturating_sub(before.cpu).as_secs_f64();
    Ok(Run::from([
        (
            "requests_per_second",
            number(figures, "requests_per_second")?,
        ),
        ("p50_ms", number(figures, "p50_ms")?),
        ("p99_ms", number(figures, "p99_ms")?),
        ("cpu_seconds_per_1000", cpu * 1000.0 / answered),
        ("resident_mib", after.resident_mib()),
    ]))
}

/// How many requests there were, of which none may have been answered otherwise than with `success`.
pub(super) fn answered(figures: &Value, success: &str) -> Result<f64, Failure> {
    let answered = number(figures, "requests")?;
    if figures["broken"] != 0
        || figures["statuses"][success].as_f64() != Some(answered)
        || answered < 1.0
    {
        return Err(format!("not all requests were answered with {success}: {figures}").into());
    }
    Ok(answered)
}

/// A figure that must be there.
pub(super) fn number(figures: &Value, key: &str) -> Result<f64, Failure> {
    let figure = figures[key].as_f64();
    Ok(figure.ok_or_else(|| format!("no {key} in {figures}"))?)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::{Usage, run};

    #[test]
    fn processor_time_is_told_per_thousand_requests() {
        let figures = json!({
            "requests": 500, "broken": 0, "statuses": {"200": 500},
            "requests_per_second": 250.0, "p50_ms": 1.0, "p99_ms": 2.0,
        });
        let after = Usage {
            cpu: Duration::from_secs(3),
            resident_kib: 2048,
            peak_kib: 0,
        };
        let before = Usage {
            cpu: Duration::from_secs(2),
            ..Usage::default()
        };
        let run = run(&figures, "200", before, after).unwrap();
        assert!((run["cpu_seconds_per_1000"] - 2.0).abs() < 1e-9);
        assert!((run["resident_mib"] - 2.0).abs() < 1e-9);
    }

    #[test]
    fn a_run_with_any_other_answer_has_no_figures() {
        for figures in [
            json!({"requests": 5, "broken": 0, "statuses": {"200": 4, "429": 1}}),
            json!({"requests": 5, "broken": 1, "statuses": {"200": 5}}),
            json!({"requests": 0, "broken": 0, "statuses": {}}),
        ] {
            assert!(run(&figures, "200", Usage::default(), Usage::default()).is_err());
        }
    }
}
