//! A capability behind its gate.

use std::collections::BTreeMap;
use std::sync::Arc;

use access::caller::Caller;
use access::internal::{InternalRequest, InternalSigner, ServiceKey, TrustedServices};
use access::keys::SigningKey;
use capability::{Capability, Parts, Settings};
use chrono::{DateTime, Utc};
use invented::Rows;
use reqwest::{Method, Response, StatusCode};
use runtime::clock::ManualClock;
use runtime::server::Running;
use serde_json::{Value, json};

use crate::register;

/// The day after the package was taken, in the middle of the day in Taiwan.
const NOW: &str = "2026-11-21T04:00:00Z";

/// A capability at work, with a clock that the test moves.
#[derive(Debug)]
pub struct Site {
    capability: &'static str,
    running: Running,
    url: String,
    signers: BTreeMap<&'static str, InternalSigner>,
    clock: Arc<ManualClock>,
    http: reqwest::Client,
    /// Where what is filed is kept.
    _folder: tempfile::TempDir,
}

impl Site {
    /// Starts on a store that has nothing loaded.
    pub async fn empty(capability: Capability, database: &str) -> Self {
        Self::starting(capability, database, &[]).await
    }

    /// Starts on a store that is loaded or not, with its journal in a database of the test's own.
    pub async fn with_journal(capability: Capability, database: &str, journal: &str) -> Self {
        let journal = json!({ "database": journal, "receipt_key_file": "/nonexistent" });
        Self::starting(capability, database, &[("journal", journal)]).await
    }

    /// Starts on a store with a streaming replica, for which a new snapshot waits so long.
    pub async fn with_replica(
        capability: Capability,
        database: &str,
        replica: &str,
        switch_patience_ms: u64,
    ) -> Self {
        let replica = json!({ "database": replica, "switch_patience_ms": switch_patience_ms });
        Self::starting(capability, database, &[("replica", replica)]).await
    }

    async fn starting(capability: Capability, database: &str, more: &[(&str, Value)]) -> Self {
        let [gateway, identity, own] = [(); 3].map(|()| ServiceKey::generate().unwrap());
        let trusted = TrustedServices::from_members(&[
            gateway.service_jwk("gateway"),
            identity.service_jwk("identity"),
            own.service_jwk(capability.name),
        ])
        .unwrap();
        let clock = ManualClock::new(NOW.parse::<DateTime<Utc>>().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let own_journal = format!(
            "sqlite://{}",
            folder.path().join("journal.sqlite").display()
        );
        let mut settings = json!({
            "database": database,
            "trusted_services_file": "/nonexistent",
            "internal_key_file": "/nonexistent",
            "server": { "workers": 1, "drain_delay_ms": 0 },
            "journal": { "database": own_journal, "receipt_key_file": "/nonexistent" },
            "limits": { "snapshot_poll_ms": 50 },
        });
        for (name, value) in more {
            settings[*name] = value.clone();
        }
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let parts = Parts {
            trusted_services: trusted.clone(),
            internal_keys: own.into(),
            receipt_key: Some(Arc::new(SigningKey::generate_es256().unwrap())),
            clock: clock.clone(),
        };
        let running = capability::start(capability, &settings, parts)
            .await
            .unwrap();
        let signer = |name, key: ServiceKey| {
            let signer = InternalSigner::new(name, &key.into(), &trusted, clock.clone());
            (name, signer.unwrap())
        };
        Self {
            capability: capability.name,
            url: running.url(),
            running,
            signers: [signer("gateway", gateway), signer("identity", identity)].into(),
            clock,
            http: reqwest::Client::new(),
            _folder: folder,
        }
    }

    /// Starts on a store with these rows loaded.
    pub async fn loaded(capability: Capability, database: &str, tables: &[Rows]) -> Self {
        register::load(&capability, database, tables).await;
        Self::empty(capability, database).await
    }

    /// The clock of capability and callers.
    #[must_use]
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// A token for one request on behalf of `caller`, as `gateway` or `identity` mints it.
    #[must_use]
    pub fn mint(
        &self,
        service: &str,
        caller: &Caller,
        method: &str,
        path: &str,
        body: &[u8],
    ) -> String {
        let request = InternalRequest {
            audience: self.capability,
            method,
            path_and_query: path,
            body,
        };
        self.signers[service].mint(caller, &request).unwrap()
    }

    /// Asks as `caller`, with a token minted for this request.
    pub async fn get(&self, caller: &Caller, path: &str) -> Response {
        let token = self.mint("gateway", caller, "GET", path, b"");
        self.send(Method::GET, path, Some(token), Vec::new(), &[])
            .await
    }

    /// As [`Site::get`], down to the JSON of a 200.
    pub async fn data(&self, caller: &Caller, path: &str) -> Value {
        let answer = self.get(caller, path).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Files `form` as `caller`, each time with a key of its own: the status and the JSON of the answer.
    pub async fn file(&self, caller: &Caller, kind: &str, form: &Value) -> (StatusCode, Value) {
        let (path, body) = (format!("/v1/applications/{kind}"), form.to_string());
        let token = self.mint("gateway", caller, "POST", &path, body.as_bytes());
        let key = uuid::Uuid::new_v4().to_string();
        let headers = [
            ("content-type", "application/json"),
            ("idempotency-key", key.as_str()),
        ];
        let answer = self
            .send(
                Method::POST,
                &path,
                Some(token),
                body.into_bytes(),
                &headers,
            )
            .await;
        (answer.status(), answer.json().await.unwrap())
    }

    /// Asks as nobody can who has no key: with any token, or none.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        token: Option<String>,
        body: Vec<u8>,
        headers: &[(&str, &str)],
    ) -> Response {
        let mut request = self
            .http
            .request(method, format!("{}{path}", self.url))
            .body(body);
        if let Some(token) = token {
            request = request.header("authorization", format!("Lifeboat {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Ends it.
    pub async fn stop(self) {
        self.running.stop().await.unwrap();
    }
}
