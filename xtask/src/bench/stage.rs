//! This project's services as in production: a process each, on PostgreSQL (durable, audit included) and Redis.

use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use test_support::child::{Guarded, Signal};
use test_support::postgres::{self, Database, psql};
use test_support::redis;

use super::Setting;
use super::measured::Measured;
use crate::Failure;

/// As an operator would set it; durable.
const SETTINGS: [(&str, &str); 3] = [
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
}

/// A gateway before a static answer.
#[derive(Debug)]
pub(super) struct Door {
    pub(super) url: String,
    pub(super) pid: u32,
}

/// Everything that runs for the bench; stopped when dropped, the services first.
#[derive(Debug)]
pub(super) struct Stage {
    _services: Guarded,
    _database: Database,
    _server: postgres::Server,
    _redis: redis::Server,
    pub(super) postgres: Postgres,
    /// The gateway before the real services.
    pub(super) gateway: String,
    /// Gateway, identity and household.
    pub(super) pids: Vec<u32>,
    pub(super) door: Option<Door>,
    key: Value,
}

impl Stage {
    /// Loads the snapshot and starts the services.
    pub(super) fn start(setting: &Setting, around: &Around) -> Result<Self, Failure> {
        let server = postgres::Server::start_with(&SETTINGS);
        let redis = redis::Server::start();
        let database = Database::create(server.url());
        let mut load = Command::new(setting.programs.join("lifeboat"));
        load.args([
            "snapshot",
            "load",
            "--system",
            "household",
            "--database",
            &database.url,
        ])
        .arg(setting.snapshots.join("household"))
        .current_dir(std::env::temp_dir());
        Measured::run(&mut load, setting)?;
        psql(&database.url, "VACUUM ANALYZE")?;
        let find = "SELECT table_schema FROM information_schema.tables WHERE table_name = 'person'";
        let postgres = Postgres {
            url: database.url.clone(),
            schema: psql(&database.url, find)?,
        };

        let mut rig = Command::new(setting.programs.join("bench-rig"));
        rig.args(["stage", "--postgres", &database.url, "--redis", redis.url()])
            .arg("--package")
            .arg(setting.snapshots.join("household"))
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        for (flag, value) in [("--static", &around.upstream), ("--broker", &around.broker)] {
            if let Some(value) = value {
                rig.args([flag, value]);
            }
        }
        let mut services = Guarded::start(&mut rig, Signal::TERM);
        let told = services
            .inner()
            .stdout
            .take()
            .ok_or("the stage has no output")?;
        let mut line = String::new();
        BufReader::new(told).read_line(&mut line)?;
        let ready: Value = serde_json::from_str(&line).map_err(|_| "the services did not start")?;
        Ok(Self {
            _services: services,
            _database: database,
            _server: server,
            _redis: redis,
            postgres,
            gateway: text(&ready, "gateway")?,
            pids: ready["pids"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(pid)
                .collect(),
            door: pid(&ready["door_pid"])
                .map(|pid| {
                    let url = text(&ready, "door")?;
                    Ok::<_, Failure>(Door { url, pid })
                })
                .transpose()?,
            key: ready["key"].clone(),
        })
    }

    /// The key that verifies the access tokens.
    pub(super) fn public_key(&self) -> Result<PublicKey, Failure> {
        PublicKey::parse(&self.key)
    }
}

fn text(ready: &Value, name: &str) -> Result<String, Failure> {
    Ok(ready[name]
        .as_str()
        .ok_or_else(|| format!("no {name}"))?
        .to_owned())
}

fn pid(value: &Value) -> Option<u32> {
    value.as_u64()?.try_into().ok()
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
