//! This project's services as in production: a process each, on PostgreSQL (durable, audit included) and Redis.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use test_support::postgres::{self, Database, psql};
use test_support::redis;

use super::rig::{Rig, text};
use super::{HOUSEHOLD, Setting};
use crate::Failure;

/// As an operator would set it; durable.
pub(super) const SETTINGS: [(&str, &str); 3] = [
    ("shared_buffers", "512MB"),
    ("max_connections", "200"),
    ("max_wal_size", "4GB"),
];

/// The ASN.1 before the point of a P-256 public key (RFC 5480).
const P256_HEAD: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

/// The database that the services and their peers answer from.
#[derive(Debug)]
pub(super) struct Postgres {
    pub(super) url: String,
    /// Where the snapshot's tables are.
    pub(super) schema: String,
}

/// What stands around the services, where a bench wants it.
#[derive(Debug, Default)]
pub(super) struct Around {
    /// The server of a static answer (`host:port`), for a gateway of its own.
    pub(super) upstream: Option<String>,
    /// The broker to which applications go.
    pub(super) broker: Option<String>,
    /// Whether every capability that has data is there, not household alone.
    pub(super) everything: bool,
    /// Requests a second that the gateway takes; as many as come when not said.
    pub(super) capacity: Option<u32>,
}

/// Everything that runs for the bench; stopped when dropped, the services first.
#[derive(Debug)]
pub(super) struct Stage {
    pub(super) rig: Rig,
    _database: Database,
    pub(super) server: postgres::Server,
    pub(super) redis: redis::Server,
    pub(super) postgres: Postgres,
}

impl Stage {
    /// Loads the snapshot and starts the services.
    pub(super) fn start(setting: &Setting, around: &Around) -> Result<Self, Failure> {
        let server = postgres::Server::start_with(&SETTINGS);
        let redis = redis::Server::start();
        let database = Database::create(server.url());
        let systems = if around.everything {
            systems(&setting.snapshots)?
        } else {
            vec![HOUSEHOLD.to_owned()]
        };
        for system in &systems {
            setting.load(system, &database.url)?;
        }
        psql(&database.url, "VACUUM ANALYZE")?;
        let find = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'person'";
        let postgres = Postgres {
            url: database.url.clone(),
            schema: psql(&database.url, find)?,
        };

        let mut options = vec![
            ("--postgres", database.url.as_str()),
            ("--redis", redis.url()),
        ];
        let named = [("--static", &around.upstream), ("--broker", &around.broker)];
        for (name, value) in named {
            options.extend(value.as_deref().map(|value| (name, value)));
        }
        let capacity = around.capacity.map(|capacity| capacity.to_string());
        options.extend(
            capacity
                .iter()
                .map(|capacity| ("--capacity", capacity.as_str())),
        );
        let flags: &[&str] = if around.everything {
            &["--everything"]
        } else {
            &[]
        };
        let rig = Rig::start(setting, &options, flags)?;
        Ok(Self {
            rig,
            _database: database,
            server,
            redis,
            postgres,
        })
    }

    /// The key that verifies the access tokens.
    pub(super) fn public_key(&self) -> Result<PublicKey, Failure> {
        PublicKey::parse(&self.rig.key)
    }
}

/// The systems that there are data packages of.
pub(super) fn systems(snapshots: &Path) -> Result<Vec<String>, Failure> {
    let mut systems = Vec::new();
    for entry in std::fs::read_dir(snapshots)? {
        let entry = entry?;
        if entry.path().join("datapackage.json").is_file() {
            systems.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    systems.sort();
    Ok(systems)
}

/// A P-256 public key, in the forms that the peers read.
#[derive(Debug)]
pub(super) struct PublicKey {
    x: String,
    y: String,
    point: Vec<u8>,
}

impl PublicKey {
    fn parse(jwk: &Value) -> Result<Self, Failure> {
        let (x, y) = (text(jwk, "x")?, text(jwk, "y")?);
        let mut point = URL_SAFE_NO_PAD.decode(&x)?;
        point.extend(URL_SAFE_NO_PAD.decode(&y)?);
        Ok(Self { x, y, point })
    }

    /// RFC 7517.
    pub(super) fn jwk(&self) -> Value {
        json!({"kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "x": self.x, "y": self.y})
    }

    /// RFC 7468.
    pub(super) fn pem(&self) -> String {
        let encoded = STANDARD.encode([&P256_HEAD[..], &self.point].concat());
        let (first, second) = encoded.split_at(64);
        format!("-----BEGIN PUBLIC KEY-----\n{first}\n{second}\n-----END PUBLIC KEY-----\n")
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::PublicKey;

    #[test]
    fn a_key_has_the_same_point_in_both_forms() {
        // RFC 7517, appendix A.1.
        let x = "MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4";
        let y = "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM";
        let key = PublicKey::parse(&json!({"x": x, "y": y})).unwrap();
        assert_eq!(key.jwk()["x"], x);
        let lines: Vec<String> = key.pem().lines().map(str::to_owned).collect();
        assert_eq!((lines.len(), lines[1].len(), lines[2].len()), (4, 64, 60));
        assert!(lines[1].starts_with("MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE"));
    }
}
