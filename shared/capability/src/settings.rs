//! What the operator configures of a capability, and what is handed to it.

use std::path::PathBuf;
use std::sync::Arc;

use access::internal::{ServiceKeys, TrustedServices};
use access::keys::SigningKey;
use runtime::clock::SharedClock;
use runtime::process::StartError;
use runtime::server;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The settings of one capability.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The store of its snapshots: `postgres://…` or `sqlite://FOLDER`.
    pub database: SecretString,
    /// A streaming replica of that database, which lookups are then sent to.
    #[serde(default)]
    pub replica: Option<ReplicaSettings>,
    /// JWKS file with the public X25519 keys of the services that may call it.
    pub trusted_services_file: PathBuf,
    /// PEM file with its own X25519 key for internal tokens (PKCS#8); during a change of keys, with both.
    pub internal_key_file: PathBuf,
    /// What people file; needed where anything can be filed.
    #[serde(default)]
    pub journal: Option<JournalSettings>,
    /// The listener.
    #[serde(default)]
    pub server: server::Settings,
    /// Mutual TLS: only services of `trusted_services_file` may connect, each with a certificate of its name. Without it plain HTTP.
    #[serde(default)]
    pub tls: Option<tls::Settings>,
    /// Bounds on a request.
    #[serde(default)]
    pub limits: Limits,
}

/// A streaming replica for lookups. While it is away, or does not have the snapshot yet, the database itself answers them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplicaSettings {
    /// `postgres://…`, with the same schemas as the database that it follows.
    pub database: SecretString,
    /// Milliseconds for which a new snapshot waits until the replica has it, too. Then the database alone answers from it.
    #[serde(default = "ReplicaSettings::default_switch_patience_ms")]
    pub switch_patience_ms: u64,
}

impl ReplicaSettings {
    fn default_switch_patience_ms() -> u64 {
        30_000
    }
}

/// Where applications are kept and how their receipts are signed.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JournalSettings {
    /// Its database, which outlives snapshots: `postgres://…`, where it is a schema of its own, or `sqlite://FILE`.
    pub database: SecretString,
    /// PEM file with the key that signs receipts (PKCS#8; P-256 or Ed25519).
    pub receipt_key_file: PathBuf,
    /// The broker that takes what is filed to the agency. Without one it is taken over within the process, and handed to
    /// the agency by exports.
    #[serde(default)]
    pub broker: Option<journal::broker::Settings>,
}

/// Bounds on a request.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Milliseconds for the whole request, its body included.
    pub deadline_ms: u64,
    /// Requests worked on at once; more are turned away with 503.
    pub concurrent_requests: usize,
    /// Connections to the database.
    pub database_connections: u32,
    /// Milliseconds between looks for a newer snapshot.
    pub snapshot_poll_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 64 * 1024,
            deadline_ms: 5_000,
            concurrent_requests: 512,
            database_connections: 8,
            snapshot_poll_ms: 1_000,
        }
    }
}

/// What a capability is handed at its start.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The public keys of the services that may call it.
    pub trusted_services: TrustedServices,
    /// Its own keys for internal tokens.
    pub internal_keys: ServiceKeys,
    /// The key that signs receipts; none where nothing can be filed.
    pub receipt_key: Option<Arc<SigningKey>>,
    /// The time.
    pub clock: SharedClock,
}

impl Parts {
    /// Reads what `settings` name.
    ///
    /// # Errors
    /// When a file cannot be read, or is not what it should be.
    pub fn read(settings: &Settings, clock: SharedClock) -> Result<Self, StartError> {
        let read = |file: &PathBuf| {
            std::fs::read_to_string(file)
                .map_err(|error| format!("cannot read {}: {error}", file.display()))
        };
        let receipt_key = match &settings.journal {
            Some(journal) => {
                let pem = SecretString::from(read(&journal.receipt_key_file)?);
                Some(Arc::new(SigningKey::from_pkcs8_pem(pem.expose_secret())?))
            }
            None => None,
        };
        let own = SecretString::from(read(&settings.internal_key_file)?);
        Ok(Self {
            trusted_services: TrustedServices::from_jwks(&read(&settings.trusted_services_file)?)?,
            internal_keys: ServiceKeys::from_pkcs8_pem(own.expose_secret())?,
            receipt_key,
            clock,
        })
    }
}
