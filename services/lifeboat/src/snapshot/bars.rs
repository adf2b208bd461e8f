//! How far a command has come: bars on a terminal, a line a phase otherwise.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ::snapshot::{Phase, Progress, SharedProgress, Silent};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};

/// Bars if a person watches, lines if a log does, nothing if a machine reads the result.
pub(crate) fn watched(json: bool) -> SharedProgress {
    if json {
        Arc::new(Warnings)
    } else if io::stderr().is_terminal() {
        Arc::new(Bars::default())
    } else {
        Arc::new(Lines)
    }
}

fn says(phase: Phase) -> &'static str {
    match phase {
        Phase::Verify => "hashing",
        Phase::Rows => "reading rows",
        Phase::Index => "building indexes",
        Phase::Probe => "counting and probing",
    }
}

fn in_bytes(phase: Phase) -> bool {
    matches!(phase, Phase::Verify | Phase::Rows)
}

fn line(text: &str) {
    // A closed standard error is no reason to stop a load.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

fn warning(words: &str) -> String {
    format!("WARNING: {words}")
}

/// Only what the operator has to know.
struct Warnings;

impl Progress for Warnings {
    fn begin(&self, phase: Phase, total: u64) {
        Silent.begin(phase, total);
    }
    fn advance(&self, by: u64) {
        Silent.advance(by);
    }
    fn note(&self, words: &str) {
        line(words);
    }
    fn warn(&self, words: &str) {
        line(&warning(words));
    }
}

/// A line when a phase begins.
struct Lines;

impl Progress for Lines {
    fn begin(&self, phase: Phase, total: u64) {
        if in_bytes(phase) {
            line(&format!("{}: {}", says(phase), HumanBytes(total)));
        } else {
            line(&format!("{}: {total} steps", says(phase)));
        }
    }
    fn advance(&self, _: u64) {}
    fn note(&self, words: &str) {
        line(words);
    }
    fn warn(&self, words: &str) {
        line(&warning(words));
    }
}

/// A bar a phase.
#[derive(Default)]
struct Bars {
    bar: Mutex<Option<ProgressBar>>,
}

impl Bars {
    fn bar(&self) -> MutexGuard<'_, Option<ProgressBar>> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Progress for Bars {
    fn begin(&self, phase: Phase, total: u64) {
        let counted = if in_bytes(phase) {
            "{bytes}/{total_bytes} {bytes_per_sec} eta {eta}"
        } else {
            "{pos}/{len}"
        };
        let template = format!("{{prefix:22}} {{bar:32}} {counted}");
        let style = ProgressStyle::with_template(&template)
            .unwrap_or_else(|_| ProgressStyle::default_bar());
        let next = ProgressBar::new(total)
            .with_style(style)
            .with_prefix(says(phase));
        if let Some(last) = self.bar().replace(next) {
            last.finish();
        }
    }

    fn advance(&self, by: u64) {
        if let Some(bar) = self.bar().as_ref() {
            bar.inc(by);
        }
    }

    fn note(&self, words: &str) {
        match self.bar().as_ref() {
            Some(bar) => bar.suspend(|| line(words)),
            None => line(words),
        }
    }

    fn warn(&self, words: &str) {
        self.note(&warning(words));
    }
}

impl Drop for Bars {
    fn drop(&mut self) {
        if let Some(bar) = self.bar().take() {
            bar.finish();
        }
    }
}
