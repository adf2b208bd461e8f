//! What processes used, from `/proc`: processor time and memory.

use std::collections::BTreeMap;
use std::fs;
use std::time::Duration;

/// What a process and its children, as far as they live, have used so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Usage {
    /// User and system time.
    pub(crate) cpu: Duration,
    /// Resident now.
    pub(crate) resident_kib: u64,
    /// The most that was ever resident.
    pub(crate) peak_kib: u64,
}

impl Usage {
    /// Resident now, in MiB.
    pub(crate) fn resident_mib(self) -> f64 {
        mib(self.resident_kib)
    }

    /// The most that was ever resident, in MiB.
    pub(crate) fn peak_mib(self) -> f64 {
        mib(self.peak_kib)
    }

    /// Of these processes and all below them.
    pub(crate) fn of(roots: &[u32]) -> Self {
        let mut total = Self::default();
        for pid in with_children(roots, &parents()) {
            if let Some(own) = Self::alone(pid) {
                total.cpu += own.cpu;
                total.resident_kib += own.resident_kib;
                total.peak_kib += own.peak_kib;
            }
        }
        total
    }

    /// Of this process without its children; none when it is gone.
    pub(crate) fn alone(pid: u32) -> Option<Self> {
        let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
        Some(Self {
            // User and system time.
            cpu: processor_time(pid, 2),
            resident_kib: kibibytes(&status, "VmRSS:"),
            peak_kib: kibibytes(&status, "VmHWM:"),
        })
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "mebibytes are not told to the last kibibyte"
)]
fn mib(kib: u64) -> f64 {
    kib as f64 / 1024.0
}

/// The processor time of these processes and all below them, with those that have ended and were waited for.
pub(crate) fn cpu_with_ended(roots: &[u32]) -> Duration {
    let pids = with_children(roots, &parents());
    // User and system time, own and that of children who have ended.
    pids.into_iter().map(|pid| processor_time(pid, 4)).sum()
}

/// The sum of so many of a process's times, in the order of `/proc/PID/stat`; nothing when it is gone.
fn processor_time(pid: u32, count: usize) -> Duration {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
    let ticks: u64 = fields(&stat)
        .skip(11)
        .take(count)
        .filter_map(|field| field.parse::<u64>().ok())
        .sum();
    Duration::from_millis(ticks * 1000 / rustix::param::clock_ticks_per_second())
}

/// The fields of `/proc/PID/stat` after the name, which may contain anything: state, parent, …
fn fields(stat: &str) -> impl Iterator<Item = &str> {
    stat.rsplit_once(')')
        .map_or("", |(_, rest)| rest)
        .split_whitespace()
}

fn kibibytes(status: &str, name: &str) -> u64 {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix(name))
        .unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// Process → parent, of all that live.
fn parents() -> BTreeMap<u32, u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    let with_parent = pids.filter_map(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        Some((pid, fields(&stat).nth(1)?.parse().ok()?))
    });
    with_parent.collect()
}

fn with_children(roots: &[u32], parents: &BTreeMap<u32, u32>) -> Vec<u32> {
    let mut found = roots.to_vec();
    let mut next = 0;
    while let Some(parent) = found.get(next).copied() {
        found.extend(
            parents
                .iter()
                .filter(|(_, of)| **of == parent)
                .map(|(child, _)| *child),
        );
        next += 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::{Usage, fields, with_children};

    #[test]
    fn a_name_with_spaces_and_brackets_does_not_shift_the_fields() {
        let line = "42 (a) b (c)) S 7 42 42";
        assert_eq!(fields(line).collect::<Vec<_>>(), ["S", "7", "42", "42"]);
    }

    #[test]
    fn children_of_children_count() {
        let parents = BTreeMap::from([(2, 1), (3, 2), (4, 9), (5, 2)]);
        assert_eq!(with_children(&[1], &parents), [1, 2, 3, 5]);
    }

    #[test]
    fn this_process_uses_memory() {
        let own = Usage::of(&[std::process::id()]);
        assert!(own.resident_kib > 0 && own.peak_kib >= own.resident_kib);
    }
}
