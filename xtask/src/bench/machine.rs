//! The machine that the figures are from, without its name.

use std::fs;

use serde::Serialize;

use crate::Failure;

/// What of a machine makes a figure what it is.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Machine {
    processor: String,
    cores: usize,
    memory_mib: u64,
    kernel: String,
    /// Programs that wanted to run, on average over the minute before the first bench.
    load_average: f64,
}

impl Machine {
    pub(crate) fn read() -> Result<Self, Failure> {
        let processors = fs::read_to_string("/proc/cpuinfo")?;
        let memory = fs::read_to_string("/proc/meminfo")?;
        let load = fs::read_to_string("/proc/loadavg")?;
        let kernel = fs::read_to_string("/proc/sys/kernel/osrelease")?;
        let kibibytes: u64 = value(&memory, "MemTotal").trim_end_matches(" kB").parse()?;
        Ok(Self {
            processor: value(&processors, "model name").to_owned(),
            cores: std::thread::available_parallelism()?.get(),
            memory_mib: kibibytes / 1024,
            // Only the version: what distributors append may name the machine.
            kernel: kernel
                .split(['-', '+'])
                .next()
                .unwrap_or_default()
                .trim()
                .to_owned(),
            load_average: load.split(' ').next().unwrap_or_default().parse()?,
        })
    }

    /// Whether somebody else was using the machine.
    pub(crate) fn is_busy(&self) -> bool {
        self.load_average > 0.5
    }

    pub(crate) fn warn_if_busy(&self) {
        if self.is_busy() {
            eprintln!("{}", self.busy());
        }
    }

    fn busy(&self) -> String {
        format!(
            "the machine was busy (load average {}): only ratios mean anything",
            self.load_average
        )
    }

    /// In one line.
    pub(crate) fn line(&self) -> String {
        let machine = format!(
            "{} cores ({}), {} MiB, Linux {}",
            self.cores, self.processor, self.memory_mib, self.kernel
        );
        if self.is_busy() {
            format!("{machine}; {}", self.busy())
        } else {
            machine
        }
    }
}

/// The value of the first line `name : value`.
fn value<'a>(text: &'a str, name: &str) -> &'a str {
    let line = text
        .lines()
        .find(|line| line.starts_with(name))
        .unwrap_or_default();
    line.split_once(':').map_or("", |(_, value)| value.trim())
}

#[cfg(test)]
mod tests {
    use super::Machine;

    #[test]
    fn this_machine_is_described_without_its_name() {
        let machine = Machine::read().unwrap();
        assert!(machine.cores > 0 && machine.memory_mib > 0);
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap();
        assert!(!machine.line().contains(name.trim()));
    }
}
