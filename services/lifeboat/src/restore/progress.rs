//! How far a restore or a scrub has come: a bar on a terminal, a line a source otherwise.

use std::io::{self, IsTerminal as _, Write as _};
use std::sync::Arc;

use indicatif::{ProgressBar, ProgressStyle};
use vault::restore::{Event, Events, SharedEvents, Size};

/// Something that the operator must not overlook.
pub(crate) fn warn(words: &str) {
    line(&format!("WARNING: {words}"));
}

fn line(text: &str) {
    // A closed standard error is no reason to stop a restore.
    let _ = writeln!(io::stderr().lock(), "{text}");
}

/// Bars if a person watches, lines if a log does, warnings only if a machine reads the result.
pub(super) fn watched(json: bool, bytes: u64) -> SharedEvents {
    let quiet = json;
    let bar = (!json && io::stderr().is_terminal()).then(|| bar(bytes, "restoring"));
    Arc::new(Watched { quiet, bar })
}

/// A bar that counts bytes of unknown total, and the function that moves it.
pub(crate) fn tick(json: bool, what: &'static str) -> impl Fn(u64) + Send + Sync {
    let bar = (!json && io::stderr().is_terminal()).then(|| {
        let style =
            ProgressStyle::with_template("{prefix:12} {spinner} {bytes} {bytes_per_sec} {elapsed}");
        let style = style.unwrap_or_else(|_| ProgressStyle::default_spinner());
        ProgressBar::new_spinner()
            .with_style(style)
            .with_prefix(what)
    });
    move |bytes| {
        if let Some(bar) = &bar {
            bar.inc(bytes);
        }
    }
}

fn bar(bytes: u64, what: &'static str) -> ProgressBar {
    let template = "{prefix:12} {bar:32} {bytes}/{total_bytes} {bytes_per_sec} eta {eta} {msg}";
    let style = ProgressStyle::with_template(template);
    let style = style.unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style).with_prefix(what)
}

#[derive(Debug)]
struct Watched {
    quiet: bool,
    bar: Option<ProgressBar>,
}

impl Watched {
    fn note(&self, words: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| line(words)),
            None => line(words),
        }
    }
}

impl Events for Watched {
    fn tell(&self, event: Event) {
        match event {
            Event::Warning(words) => self.note(&format!("WARNING: {words}")),
            Event::Written(bytes) => {
                if let Some(bar) = &self.bar {
                    bar.inc(bytes);
                }
            }
            _ if self.quiet => {}
            Event::Note(words) => self.note(&words),
            Event::Begins {
                source,
                bytes,
                resumed,
            } => {
                if let Some(bar) = &self.bar {
                    bar.set_message(source.clone());
                }
                if resumed {
                    self.note(&format!(
                        "{source}: goes on where an earlier restore stopped"
                    ));
                } else if self.bar.is_none() {
                    self.note(&format!("restoring {source}: {}", Size(bytes)));
                }
            }
            Event::Restored { source } if self.bar.is_none() => {
                self.note(&format!("{source} is restored"));
            }
            Event::Usable { system, .. } => self.note(&format!("{system} can be used")),
            _ => {}
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
