//! Logs: text for people, JSON for machines, to standard error.

use std::io::IsTerminal;

use serde::Deserialize;
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::ParseError;

/// Never written, whatever the filter: it holds whole messages, which are personal data.
const SILENT: &str = "lapin::returned_messages=off";

/// How logs are written.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// `text` or `json`.
    pub format: Format,
    /// What is written, in the syntax of `tracing`'s filter: `info`, `warn,gateway=debug`. By default `info`, without
    /// the chatter of the libraries below.
    pub filter: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            format: Format::Text,
            filter: "info,actix_server=warn,sea_orm_migration=warn".to_owned(),
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

/// The filter was not understood, or logging was set up twice.
#[derive(Debug, thiserror::Error)]
#[error("telemetry refused: {0}")]
pub struct TelemetryError(String);

/// Sets up logging for the whole process.
///
/// # Errors
/// When the filter is malformed or a subscriber is set already.
pub fn init(settings: &Settings) -> Result<(), TelemetryError> {
    let refused = |error: ParseError| TelemetryError(error.to_string());
    let filter = EnvFilter::try_new(&settings.filter)
        .map_err(refused)?
        .add_directive(SILENT.parse().map_err(refused)?);
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal());
    let set = match settings.format {
        Format::Text => lines.try_init(),
        Format::Json => lines.json().flatten_event(true).try_init(),
    };
    set.map_err(|error| TelemetryError(error.to_string()))
}
