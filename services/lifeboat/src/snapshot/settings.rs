//! The `[snapshot]` part of the configuration.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;

/// Where snapshots are loaded and whose signatures are believed.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Settings {
    /// `postgres://…`, or `sqlite://FOLDER`.
    pub(crate) database: Option<String>,
    /// Which packages need a signature.
    pub(crate) signatures: Signatures,
    /// Public keys (PEM files) by the name of the agency.
    pub(crate) agency_keys: BTreeMap<String, Vec<PathBuf>>,
}

/// Which packages need a signature.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Signatures {
    /// Those of agencies with an enrolled key; others load with loud words.
    #[default]
    WhereEnrolled,
    /// All: a package of an agency without an enrolled key is refused.
    Required,
}
