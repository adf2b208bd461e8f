//! What was seen: printed as a table, written as JSON.

use std::fmt;
use std::path::Path;

use comfy_table::{CellAlignment, Table};
use serde_json::{Value, json};

use super::faults::Plan;
use super::load::Counts;
use crate::Failure;

/// One thing that was tried.
#[derive(Clone, Debug)]
pub struct Row {
    /// What was done.
    pub what: String,
    pub(super) counts: Counts,
    /// What else was measured.
    pub(super) measured: Vec<String>,
    /// Why it did not go as it must; nothing where it did.
    pub(super) wrong: Vec<String>,
}

/// All that was tried.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// In the order in which it was.
    pub rows: Vec<Row>,
}

impl Row {
    pub(super) fn of(what: impl Into<String>, counts: Counts) -> Self {
        Self {
            what: what.into(),
            counts,
            measured: Vec::new(),
            wrong: Vec::new(),
        }
    }

    /// With what was measured beside the counts.
    pub(super) fn measured(mut self, words: impl Into<String>) -> Self {
        self.measured.push(words.into());
        self
    }

    /// It must hold that.
    pub(super) fn holds(mut self, holds: bool, otherwise: impl Into<String>) -> Self {
        if !holds {
            self.wrong.push(otherwise.into());
        }
        self
    }

    /// No request may have failed, nor more been told to come back than the plan says.
    pub(super) fn all_answered(self, plan: Plan) -> Self {
        let told = self.counts.words.join(" | ");
        let counts = &self.counts;
        let few_later = counts.later <= plan.later;
        let answered = counts.answered > 0 && self.failed() == 0 && few_later;
        self.holds(answered, format!("not every request was answered: {told}"))
    }

    /// Every request was answered, or its sender told when to come back, and did.
    pub(super) fn told_to_come_back(self) -> Self {
        let (later, failed) = (self.counts.later, self.failed());
        let told = self.counts.words.join(" | ");
        self.measured(format!("{later} were told to come back, and did"))
            .holds(failed == 0, format!("some failed: {told}"))
    }

    fn failed(&self) -> u64 {
        self.counts.wrong + self.counts.broken
    }

    fn json(&self) -> Value {
        json!({
            "what": self.what,
            "sent": self.counts.sent,
            "answered": self.counts.answered,
            "told_to_come_back": self.counts.later,
            "failed": self.failed(),
            "measured": self.measured,
            "wrong": self.wrong,
        })
    }
}

impl Report {
    /// Whether everything went as it must.
    #[must_use]
    pub fn is_good(&self) -> bool {
        !self.rows.is_empty() && self.rows.iter().all(|row| row.wrong.is_empty())
    }

    /// Writes it as JSON.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, file: &Path) -> Result<(), Failure> {
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let report = json!({ "good": self.is_good(), "rows": rows });
        Ok(std::fs::write(file, format!("{report:#}\n"))?)
    }
}

impl fmt::Display for Report {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(comfy_table::presets::ASCII_MARKDOWN);
        table.set_header(["", "sent", "answered", "come back", "failed", "measured"]);
        for row in &self.rows {
            let counts = &row.counts;
            table.add_row([
                row.what.clone(),
                counts.sent.to_string(),
                counts.answered.to_string(),
                counts.later.to_string(),
                row.failed().to_string(),
                row.measured.join("\n"),
            ]);
        }
        for column in 1..5 {
            if let Some(column) = table.column_mut(column) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        writeln!(out, "{table}")?;
        for row in &self.rows {
            for wrong in &row.wrong {
                writeln!(out, "{}: {wrong}", row.what)?;
            }
        }
        Ok(())
    }
}
