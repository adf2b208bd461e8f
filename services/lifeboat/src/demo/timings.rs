//! How long each step took.

use std::collections::BTreeMap;
use std::time::Instant;

use comfy_table::Table;
use comfy_table::presets::UTF8_BORDERS_ONLY;

/// Seconds by step, in the order in which the steps were taken.
#[derive(Debug, Default)]
pub(crate) struct Timings(Vec<(String, f64)>);

impl Timings {
    /// Notes the seconds since `start`.
    pub(crate) fn note(&mut self, step: impl Into<String>, start: Instant) {
        self.add(step, start.elapsed().as_secs_f64());
    }

    /// Notes seconds that were measured elsewhere.
    pub(crate) fn add(&mut self, step: impl Into<String>, seconds: f64) {
        self.0.push((step.into(), seconds));
    }

    pub(crate) fn table(&self) -> Table {
        let mut table = Table::new();
        table
            .load_style(UTF8_BORDERS_ONLY)
            .set_header(["step", "seconds"]);
        for (step, seconds) in &self.0 {
            table.add_row([step.clone(), format!("{seconds:.3}")]);
        }
        table
    }

    /// By step, with names fit for keys: `restore household` is `restore_household`.
    pub(crate) fn by_key(&self) -> BTreeMap<String, f64> {
        self.0
            .iter()
            .map(|(step, seconds)| (step.replace([' ', '-'], "_"), *seconds))
            .collect()
    }
}
