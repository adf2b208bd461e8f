//! This project's services, a process each, started by `bench-rig stage`.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;
use test_support::child::{Guarded, Signal};

use super::Setting;
use crate::Failure;

/// Running services; stopped when dropped.
#[derive(Debug)]
pub(super) struct Rig {
    _services: Guarded,
    pub(super) gateway: String,
    /// Every service and its process: gateway, identity and capabilities.
    processes: BTreeMap<String, u32>,
    /// Another gateway and its process, where there is a static answer for it.
    pub(super) door: Option<(String, u32)>,
    /// What access tokens are verified with, a JWK.
    pub(super) key: Value,
}

impl Rig {
    /// Starts them with these options, on SQLite where none says otherwise.
    pub(super) fn start(
        setting: &Setting,
        options: &[(&str, &str)],
        flags: &[&str],
    ) -> Result<Self, Failure> {
        let mut command = Command::new(setting.programs.join("bench-rig"));
        command
            .arg("stage")
            .arg("--package")
            .arg(setting.snapshots.join("household"))
            .args(options.iter().flat_map(|(name, value)| [name, value]))
            .args(flags)
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        let mut services = Guarded::start(&mut command, Signal::TERM);
        let told = services
            .inner()
            .stdout
            .take()
            .ok_or("the stage has no output")?;
        let mut line = String::new();
        BufReader::new(told).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).map_err(|_| "the services did not start")?;
        let door = match pid(&ready["door_pid"]) {
            Some(pid) => Some((text(&ready, "door")?, pid)),
            None => None,
        };
        let processes = ready["services"].as_object().into_iter().flatten();
        let processes: BTreeMap<String, u32> = processes
            .filter_map(|(name, of)| Some((name.clone(), pid(of)?)))
            .collect();
        Ok(Self {
            _services: services,
            gateway: text(&ready, "gateway")?,
            processes,
            door,
            key: ready["key"].clone(),
        })
    }

    /// Every service's process.
    pub(super) fn pids(&self) -> Vec<u32> {
        self.processes.values().copied().collect()
    }

    /// Each capability and its process.
    pub(super) fn capabilities(&self) -> impl Iterator<Item = (&str, u32)> {
        let all = self.processes.iter();
        all.map(|(name, pid)| (name.as_str(), *pid))
            .filter(|(name, _)| !matches!(*name, "gateway" | "identity"))
    }

    /// The process of a service.
    pub(super) fn process(&self, service: &str) -> Result<u32, Failure> {
        let pid = self.processes.get(service);
        Ok(*pid.ok_or_else(|| format!("{service} is not running"))?)
    }
}

/// A member that must be there.
pub(super) fn text(ready: &Value, name: &str) -> Result<String, Failure> {
    Ok(ready[name]
        .as_str()
        .ok_or_else(|| format!("no {name}"))?
        .to_owned())
}

fn pid(value: &Value) -> Option<u32> {
    value.as_u64()?.try_into().ok()
}
