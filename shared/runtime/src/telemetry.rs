//! Logs to standard error, as text for people or JSON for machines; and traces to a collector.

use std::io::IsTerminal;

use serde::Deserialize;
use trace::{Exporter, Exporting, TraceError};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

use self::traced::Traced;

mod traced;

/// Never written, whatever the filter: it holds whole messages, which are personal data.
const SILENT: &str = "lapin::returned_messages=off";

/// How logs are written and where traces go.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `text` or `json`.
    pub format: Format,
    /// What is written, in the syntax of `tracing`'s filter: `info`, `warn,gateway=debug`. By default `info`, without
    /// the chatter of the libraries below.
    pub filter: String,
    /// The collector of traces; without one there are none.
    pub traces: Option<trace::Settings>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::Text,
            filter: "info,actix_server=warn,sea_orm_migration=warn".to_owned(),
            traces: None,
        }
    }
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Why neither logs nor traces were set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    /// The filter was not understood, or logging was set up twice.
    #[error("telemetry refused: {0}")]
    Logs(String),
    /// A setting of traces is wrong.
    #[error(transparent)]
    Traces(#[from] TraceError),
}

/// Traces that are set up, and sent once they are started; nothing where they are off.
#[must_use]
pub struct Traces(Option<Exporter>);

/// Traces that are being sent.
#[derive(Debug)]
pub struct Sending(Option<Exporting>);

impl Traces {
    /// Sends from now on, on the runtime of the caller; after [`crate::metrics::install`], so that it is counted.
    #[must_use]
    pub fn start(self) -> Sending {
        Sending(self.0.map(Exporter::start))
    }
}

impl Sending {
    /// Sends what is left, for a few seconds at most: the last thing that a process does.
    pub async fn finish(self) {
        if let Some(exporting) = self.0 {
            exporting.finish().await;
        }
    }
}

/// Sets up logging and traces for the whole process.
///
/// # Errors
/// When the filter is malformed, a setting of traces is wrong, or a subscriber is set already.
pub fn init(settings: &Settings) -> Result<Traces, TelemetryError> {
    let refused = |error: ParseError| TelemetryError::Logs(error.to_string());
    let filter = EnvFilter::try_new(&settings.filter)
        .map_err(refused)?
        .add_directive(SILENT.parse().map_err(refused)?);
    let colours = std::io::stderr().is_terminal();
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(colours);
    let set = match settings.format {
        Format::Text => lines
            .map_event_format(|format| Traced::text(format.with_ansi(colours)))
            .try_init(),
        Format::Json => lines
            .json()
            .flatten_event(true)
            .map_event_format(Traced::json)
            .try_init(),
    };
    set.map_err(|error| TelemetryError::Logs(error.to_string()))?;
    let exporter = settings.traces.as_ref().map(trace::install).transpose()?;
    Ok(Traces(exporter))
}
