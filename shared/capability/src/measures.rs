//! A capability's figures: whether it answers, from which data, and how old that is.

use chrono::{DateTime, Utc};
use metrics::{Counter, Gauge, counter, gauge};

use crate::answer::SnapshotInfo;
use crate::failure;
use crate::health::State;

/// Looked up once.
pub(crate) struct Measures {
    capability: &'static str,
    states: [(State, Gauge); State::ALL.len()],
    age: Gauge,
    rows_quarantined: Gauge,
    switches: Counter,
    shown: Option<SnapshotInfo>,
}

impl Measures {
    pub(crate) fn new(capability: &'static str) -> Self {
        shed(capability, 0);
        failure::register();
        Self {
            capability,
            states: State::ALL.map(|state| {
                let shown = gauge!("lifeboat_capability_state", "capability" => capability, "state" => state.as_str());
                (state, shown)
            }),
            age: gauge!("lifeboat_snapshot_age_seconds", "capability" => capability),
            rows_quarantined: gauge!("lifeboat_snapshot_rows_quarantined", "capability" => capability),
            switches: counter!("lifeboat_snapshot_switches_total", "capability" => capability),
            shown: None,
        }
    }

    /// Shows how things are now.
    pub(crate) fn show(
        &mut self,
        state: State,
        snapshot: Option<SnapshotInfo>,
        now: DateTime<Utc>,
    ) {
        runtime::metrics::ready(self.capability, state.answers());
        for (one, shown) in &self.states {
            shown.set(if *one == state { 1.0 } else { 0.0 });
        }
        // Where there is no data its age is not a number.
        let (age, quarantined) = snapshot.as_ref().map_or((f64::NAN, f64::NAN), |info| {
            let age = (now - info.taken_at).as_seconds_f64();
            (age, as_f64(info.rows_quarantined))
        });
        self.age.set(age);
        self.rows_quarantined.set(quarantined);
        if snapshot != self.shown {
            if snapshot.is_some() {
                self.switches.increment(1);
            }
            self.shown = snapshot;
        }
    }
}

/// So many requests more found no place.
pub(crate) fn shed(capability: &'static str, requests: u64) {
    counter!("lifeboat_capability_shed_total", "capability" => capability).increment(requests);
}

fn as_f64(count: u64) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
