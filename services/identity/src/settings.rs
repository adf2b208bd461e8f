//! What the operator configures. Unknown keys are errors; secrets never show.

use std::collections::BTreeSet;
use std::path::PathBuf;

use access::caller::CallerKind;
use access::counters::Counters;
use runtime::clock::SharedClock;
use runtime::server;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Map, Value};
use url::Url;

/// The settings of identity.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The listener; behind the gateway, never public.
    #[serde(default)]
    pub server: server::Settings,
    /// Mutual TLS: only services of `trusted_services_file` may connect, and household is called over it. Without it plain
    /// HTTP.
    #[serde(default)]
    pub tls: Option<tls::Settings>,
    /// What the world calls the gateway, such as `https://lifeboat.gov.tw`, without a slash at the end. It is `iss` of
    /// every token, and the token endpoint is `/identity/v1/token` below it.
    pub issuer: String,
    /// Identity's own store: `postgres://…` or `sqlite://FILE`.
    pub database: SecretString,
    /// File with the key that seals signing keys in the store; see [`crate::SealingKey::generate`].
    pub sealing_key_file: PathBuf,
    /// Makes `DPoP-Nonce` values; the same on every copy of identity. At least 32 characters.
    pub nonce_key: SecretString,
    /// JWKS file with the public X25519 keys of the services that may call, and of household, which it calls.
    pub trusted_services_file: PathBuf,
    /// PEM file with identity's own X25519 key for internal tokens (PKCS#8); during a change of keys, with both.
    pub internal_key_file: PathBuf,
    /// Where the registry facts are checked.
    pub household: Household,
    /// The log of who looked at whom.
    pub audit: Audit,
    /// Where used proofs and rates are counted.
    #[serde(default)]
    pub counters: Counters,
    /// How long things live.
    #[serde(default)]
    pub lifetimes: Lifetimes,
    /// How many requests.
    #[serde(default)]
    pub rates: Rates,
    /// Bounds on a request.
    #[serde(default)]
    pub limits: Limits,
    /// The programs that may sign in.
    #[serde(default)]
    pub clients: Vec<Client>,
}

/// The household capability.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Household {
    /// Its base URL: `https://…` where there is `tls`, `http://…` where there is none.
    pub url: Url,
    /// Milliseconds it may take to answer.
    #[serde(default = "Household::default_timeout_ms")]
    pub timeout_ms: u64,
}

impl Household {
    fn default_timeout_ms() -> u64 {
        3_000
    }
}

/// The log of who looked at whom.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// `postgres://…` or `sqlite://FILE`; the gateway's.
    pub database: SecretString,
    /// This copy's name in the log; each copy writes its own chain.
    #[serde(default = "Audit::default_writer")]
    pub writer: String,
}

impl Audit {
    fn default_writer() -> String {
        "identity".to_owned()
    }
}

/// How long things live.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Lifetimes {
    /// Seconds of an access token, 1 to 600.
    pub access_token_s: u32,
    /// Minutes from signing in until one must sign in again.
    pub session_min: u32,
    /// Hours that a signing key signs.
    pub signing_key_h: u32,
}

impl Default for Lifetimes {
    fn default() -> Self {
        Self {
            access_token_s: 600,
            session_min: 8 * 60,
            signing_key_h: 7 * 24,
        }
    }
}

/// How many requests; each a bucket that refills evenly.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// From one address. Generous: a shelter's people share one.
    pub address: RateSetting,
    /// By one program.
    pub client: RateSetting,
    /// All together.
    pub all: RateSetting,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            address: RateSetting {
                per_second: 20,
                burst: 300,
            },
            client: RateSetting {
                per_second: 20,
                burst: 200,
            },
            all: RateSetting {
                per_second: 1_000,
                burst: 2_000,
            },
        }
    }
}

/// One rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RateSetting {
    /// Requests a second in the long run.
    pub per_second: u32,
    /// Requests at once after a pause.
    pub burst: u32,
}

/// Bounds on a request.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of a body.
    pub body_bytes: usize,
    /// Milliseconds for the whole request, its body included.
    pub deadline_ms: u64,
    /// Connections to the database.
    pub database_connections: u32,
    /// Milliseconds between looks at keys that other copies rotated, and at what has expired.
    pub tend_ms: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body_bytes: 16 * 1024,
            deadline_ms: 8_000,
            database_connections: 8,
            tend_ms: 1_000,
        }
    }
}

/// A program that signs in with its own key (RFC 7523, `private_key_jwt`).
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(
    clippy::struct_field_names,
    reason = "client_id is the standard's word"
)]
pub struct Client {
    /// Its name.
    pub client_id: String,
    /// Its public key as a PEM file (`SubjectPublicKeyInfo`). Either this or `jwk`.
    #[serde(default)]
    pub public_key_file: Option<PathBuf>,
    /// Its public key as a JWK. Either this or `public_key_file`.
    #[serde(default)]
    pub jwk: Option<Map<String, Value>>,
    /// For whom it acts: `officer`, `clinician`, `agency-system` or `auditor`.
    pub kind: CallerKind,
    /// The agency (機關).
    pub agency: String,
    /// The post (職務).
    #[serde(default)]
    pub post: Option<String>,
    /// The capabilities it works for.
    #[serde(default)]
    pub functions: BTreeSet<String>,
    /// What else it may see, such as `protected-persons`.
    #[serde(default)]
    pub clearances: BTreeSet<String>,
}

/// What identity does not make itself.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The time.
    pub clock: SharedClock,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(flags: &[(String, String)]) -> Result<Settings, String> {
        #[derive(Deserialize)]
        struct File {
            service: Settings,
        }
        let sample = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("identity.sample.toml");
        runtime::config::load::<File>(Some(&sample), flags)
            .map(|file| file.service)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn the_sample_configuration_is_accepted() {
        let read = read(&[]).unwrap();
        assert_eq!(read.clients.len(), 2);
        assert!(read.clients[1].jwk.is_some());
        assert_eq!(read.clients[0].kind, CallerKind::Officer);
        assert!(matches!(read.counters, Counters::Redis { .. }));
        assert!(!format!("{read:?}").contains("change-me"));
    }

    #[test]
    fn an_unknown_key_is_refused() {
        for key in ["service.lifetimes.session_mins", "service.isuer"] {
            let said = read(&[(key.to_owned(), "5".to_owned())]).unwrap_err();
            assert!(said.contains(key.rsplit('.').next().unwrap()), "{said}");
        }
    }
}
