//! `lifeboat.toml`: what this program serves and how.

use std::collections::BTreeMap;
use std::path::Path;

use runtime::config::ConfigError;
use runtime::{admin, telemetry};
use serde::Deserialize;

/// The whole configuration. Flags win over `LIFEBOAT_…` environment, and that over the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// Logs.
    pub(crate) telemetry: telemetry::Settings,
    /// The admin port: metrics and probes.
    pub(crate) admin: Option<admin::Settings>,
    /// The public door.
    pub(crate) gateway: Option<gateway::Settings>,
    /// Sign-in and tokens.
    pub(crate) identity: Option<identity::Settings>,
    /// The capabilities to serve, by name.
    pub(crate) capabilities: BTreeMap<String, capability::Settings>,
    /// Backups of what people file.
    pub(crate) journal_backup: Option<crate::journals::BackupSettings>,
    /// Handing back what people filed.
    pub(crate) failback: FailbackSettings,
    /// Loading of data packages.
    pub(crate) snapshot: crate::snapshot::Settings,
}

/// How what people filed is handed back.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct FailbackSettings {
    /// PEM file with the Ed25519 private key (PKCS#8) that signs the packages.
    pub(crate) signing_key_file: Option<std::path::PathBuf>,
}

/// Read where nothing else is named.
const DEFAULT_FILE: &str = "lifeboat.toml";

impl Settings {
    /// Reads `file`, or `./lifeboat.toml` where there is one, and the environment.
    pub(crate) fn read(file: Option<&Path>) -> Result<Self, ConfigError> {
        let default = Path::new(DEFAULT_FILE);
        let file = file.or_else(|| default.is_file().then_some(default));
        runtime::config::load(file, &[])
    }
}
