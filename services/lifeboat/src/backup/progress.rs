//! How far a run has come: a bar on a terminal, plain lines otherwise.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use ::vault::backup::Observer;
use indicatif::{ProgressBar, ProgressStyle};

/// A bar if a person watches, lines if a log does, warnings only if a machine reads the result.
pub(crate) fn watched(json: bool) -> Arc<dyn Observer> {
    if !json && io::stderr().is_terminal() {
        Arc::new(Bar::new())
    } else {
        Arc::new(Lines { notes: !json })
    }
}

fn line(text: &str) {
    // A closed standard error is no reason to stop a backup.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

#[derive(Debug)]
struct Lines {
    notes: bool,
}

impl Observer for Lines {
    fn total(&self, bytes: u64) {
        if self.notes {
            line(&format!("reading {}", indicatif::HumanBytes(bytes)));
        }
    }
    fn note(&self, words: &str) {
        if self.notes {
            line(words);
        }
    }
    fn warn(&self, words: &str) {
        line(&format!("WARNING: {words}"));
    }
}

/// Bytes read of all sources, with rate and time left.
#[derive(Debug)]
struct Bar(ProgressBar);

impl Bar {
    fn new() -> Self {
        let template = "{prefix:12} {bar:32} {bytes}/{total_bytes} {bytes_per_sec} eta {eta}";
        let style =
            ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar());
        let bar = ProgressBar::no_length().with_style(style);
        Self(bar.with_prefix("backing up"))
    }
}

impl Observer for Bar {
    fn total(&self, bytes: u64) {
        self.0.set_length(bytes);
    }
    fn read(&self, bytes: u64) {
        self.0.inc(bytes);
    }
    fn note(&self, words: &str) {
        self.0.suspend(|| line(words));
    }
    fn warn(&self, words: &str) {
        self.0.suspend(|| line(&format!("WARNING: {words}")));
    }
}

impl Drop for Bar {
    fn drop(&mut self) {
        self.0.finish();
    }
}
