//! What the gateway is told by its configuration. Unknown keys are errors.

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroU64};
use std::path::PathBuf;

use access::counters::Counters;
use secrecy::SecretString;
use serde::Deserialize;
use url::Url;

pub use self::network::Network;

mod network;

/// The gateway's settings.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The listener.
    #[serde(default)]
    pub server: runtime::server::Settings,
    /// TLS of the listener. Without it plain HTTP: TLS ends in front of the gateway.
    #[serde(default)]
    pub edge_tls: Option<tls::EdgeSettings>,
    /// What clients call this gateway: scheme, host and port; proofs of possession are checked against it. Without it
    /// the listener's own address, which only a demo on loopback wants.
    #[serde(default)]
    pub public_url: Option<Url>,
    /// Mutual TLS with the services behind it. Without it plain HTTP.
    #[serde(default)]
    pub tls: Option<tls::Settings>,
    /// Where each service listens, by service name; `identity` must be among them. `https://…` where there is `tls`,
    /// `http://…` where there is none.
    pub upstreams: BTreeMap<String, Url>,
    /// Proxies whose `X-Forwarded-For` is believed. Empty: the socket's address is the client's.
    #[serde(default)]
    pub trusted_proxies: Vec<Network>,
    /// Tokens of callers.
    pub tokens: Tokens,
    /// Tokens for services.
    pub internal: Internal,
    /// Where lookups are logged.
    pub audit: Audit,
    /// Where used proofs and rates are counted.
    #[serde(default)]
    pub counters: Counters,
    /// What one request may take.
    #[serde(default)]
    pub limits: Limits,
    /// How many requests.
    #[serde(default)]
    pub rates: Rates,
    /// How services are called.
    #[serde(default)]
    pub forwarding: Forwarding,
}

/// How callers' tokens are checked.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tokens {
    /// `iss` of access tokens; the public URL when absent.
    #[serde(default)]
    pub issuer: Option<String>,
    /// Seconds between reads of identity's keys. An unknown key is asked for at most once in this time.
    #[serde(default = "Tokens::default_keys_interval_s")]
    pub keys_interval_s: u64,
    /// Milliseconds between reads of identity's revocations.
    #[serde(default = "Tokens::default_revocations_interval_ms")]
    pub revocations_interval_ms: u64,
    /// Milliseconds after which revocations are too old to accept any token.
    #[serde(default = "Tokens::default_revocations_max_age_ms")]
    pub revocations_max_age_ms: u64,
    /// Makes `DPoP-Nonce` values; the same on every copy of the gateway. At least 32 characters.
    pub nonce_key: SecretString,
}

impl Tokens {
    fn default_keys_interval_s() -> u64 {
        30
    }

    fn default_revocations_interval_ms() -> u64 {
        1_000
    }

    fn default_revocations_max_age_ms() -> u64 {
        5_000
    }
}

/// The keys that internal tokens are made with.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Internal {
    /// PEM file with the gateway's own X25519 key (PKCS#8).
    pub key_file: PathBuf,
    /// JWKS file with the public X25519 keys of the services behind it.
    pub trusted_services_file: PathBuf,
}

/// The log of lookups.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audit {
    /// `postgres://…` or `sqlite://FILE`.
    pub database: SecretString,
    /// This copy's name in the log; each copy writes its own chain.
    #[serde(default = "Audit::default_writer")]
    pub writer: String,
    /// Milliseconds in which an entry must be durable, or the answer is refused.
    #[serde(default = "Audit::default_deadline_ms")]
    pub deadline_ms: u64,
}

impl Audit {
    fn default_writer() -> String {
        "gateway".to_owned()
    }

    fn default_deadline_ms() -> u64 {
        2_000
    }
}

/// What one request may take.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Limits {
    /// Bytes of path and query.
    pub target_bytes: usize,
    /// Bytes of the head.
    pub head_bytes: usize,
    /// Bytes of the body.
    pub body_bytes: usize,
    /// Bytes of bodies held at once, all requests together.
    pub all_bodies_bytes: usize,
    /// Milliseconds in which the body must have arrived, besides its length at [`Self::slowest_body_bytes_per_s`].
    pub body_timeout_ms: u64,
    /// The slowest way in for a body of declared length, in bytes per second.
    pub slowest_body_bytes_per_s: NonZeroU64,
    /// Milliseconds for the whole, from head to the first byte of the answer, besides the body's time on its way.
    pub request_timeout_ms: u64,
    /// Milliseconds for which a client may take nothing of its answer.
    pub write_timeout_ms: u64,
    /// Requests worked on at once; more are shed.
    pub requests: usize,
    /// Milliseconds that a worker may be behind; later requests are shed at once until it has caught up.
    pub behind_ms: u64,
    /// Requests under way in a worker below which none is shed for that: a few of them late are a slow machine, not a crowd.
    pub crowd: usize,
}

/// 16 KiB a second: a mobile network at its worst that still works.
const SLOWEST_BODY: NonZeroU64 = match NonZeroU64::new(16 * 1024) {
    Some(rate) => rate,
    None => NonZeroU64::MIN,
};

impl Default for Limits {
    fn default() -> Self {
        Self {
            target_bytes: 4 * 1024,
            head_bytes: 16 * 1024,
            body_bytes: 1024 * 1024,
            all_bodies_bytes: 64 * 1024 * 1024,
            body_timeout_ms: 10_000,
            slowest_body_bytes_per_s: SLOWEST_BODY,
            request_timeout_ms: 15_000,
            write_timeout_ms: 20_000,
            requests: 1_024,
            behind_ms: 150,
            crowd: 64,
        }
    }
}

/// How many requests; each a bucket that refills evenly.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Rates {
    /// A citizen.
    pub person: RateSetting,
    /// An officer, an agency's program, an auditor.
    pub client: RateSetting,
    /// An address: calls without a token, and calls whose token is refused.
    pub address: RateSetting,
    /// All together, in each copy of the gateway.
    pub all: RateSetting,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            person: RateSetting::of(20, 200),
            client: RateSetting::of(100, 1_000),
            address: RateSetting::of(50, 500),
            all: RateSetting::of(20_000, 40_000),
        }
    }
}

/// One rate.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub struct RateSetting {
    /// Requests a second in the long run.
    pub per_second: NonZeroU32,
    /// Requests at once after a pause.
    pub burst: NonZeroU32,
}

impl RateSetting {
    const fn of(per_second: u32, burst: u32) -> Self {
        Self {
            per_second: at_least_one(per_second),
            burst: at_least_one(burst),
        }
    }
}

const fn at_least_one(number: u32) -> NonZeroU32 {
    match NonZeroU32::new(number) {
        Some(number) => number,
        None => NonZeroU32::MIN,
    }
}

/// How services are called.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Forwarding {
    /// Milliseconds for connecting.
    pub connect_timeout_ms: u64,
    /// Milliseconds for the whole answer of a service.
    pub timeout_ms: u64,
    /// Seconds an idle connection to a service is kept.
    pub idle_s: u64,
    /// Bytes of a service's answer.
    pub answer_bytes: usize,
    /// Failures in a row that open a service's breaker.
    pub breaker_failures: u32,
    /// Milliseconds until an open breaker lets one request probe.
    pub breaker_pause_ms: u64,
    /// Milliseconds between questions for readiness.
    pub readiness_interval_ms: u64,
}

impl Default for Forwarding {
    fn default() -> Self {
        Self {
            connect_timeout_ms: 1_000,
            timeout_ms: 8_000,
            idle_s: 60,
            answer_bytes: 8 * 1024 * 1024,
            breaker_failures: 5,
            breaker_pause_ms: 2_000,
            readiness_interval_ms: 1_000,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Deserialize)]
    struct File {
        service: Settings,
        #[serde(default)]
        telemetry: runtime::telemetry::Settings,
    }

    fn sample() -> PathBuf {
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("gateway.sample.toml")
    }

    #[test]
    fn the_sample_configuration_is_accepted() {
        let read: File = runtime::config::load(Some(&sample()), &[]).unwrap();
        assert!(read.service.upstreams.contains_key("identity"));
        assert!(matches!(read.service.counters, Counters::Redis { .. }));
        assert_eq!(read.service.trusted_proxies.len(), 2);
        let traces = read.telemetry.traces.unwrap();
        assert_eq!(traces.endpoint.as_str(), "http://collector:4318/");
    }

    #[test]
    fn an_unknown_key_is_refused() {
        let flags = [("service.limits.body_byte".to_owned(), "5".to_owned())];
        let said = runtime::config::load::<File>(Some(&sample()), &flags)
            .unwrap_err()
            .to_string();
        assert!(said.contains("body_byte"), "{said}");
    }
}
