//! Everything around identity: the gateway that asks it, the household that it asks, the stores, the time.

use std::collections::HashMap;
use std::net::IpAddr;
use std::path::PathBuf;

use access::assertion;
use access::caller::{Assurance, Caller, CallerKind};
use access::internal::{InternalRequest, InternalSigner, ServiceKey, TrustedServices};
use access::keys::{KeySet, SigningKey, jwks};
use access::proof::ProofKey;
use access::token::{AUDIENCE, AccessClaims, AccessVerifier};
use audit::AuditLog;
use chrono::{DateTime, Utc};
use identity::{Parts, SealingKey, Settings};
use reqwest::Method;
use runtime::clock::{Clock, ManualClock};
use runtime::server::Running;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::postgres;

use crate::household::{Facts, Household};

pub(crate) const ISSUER: &str = "https://lifeboat.example";
pub(crate) const TOKEN_ENDPOINT: &str = "https://lifeboat.example/identity/v1/token";
pub(crate) const WANG: &str = "A123456789";
pub(crate) const LIN: &str = "F223456786";
pub(crate) const OFFICER: &str = "taipei-household-1";

/// An answer, read.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HashMap<String, String>,
    pub(crate) body: Vec<u8>,
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap()
    }

    pub(crate) fn error(&self) -> (u16, String) {
        let error = self.json()["error"].as_str().unwrap_or_default().to_owned();
        (self.status, error)
    }

    pub(crate) fn text(&self, name: &str) -> String {
        self.json()[name].as_str().unwrap().to_owned()
    }
}

/// Where identity keeps things.
enum Stores {
    Postgres(postgres::Database),
    Sqlite,
}

/// One identity and its surroundings.
pub(crate) struct World {
    pub(crate) clock: std::sync::Arc<ManualClock>,
    pub(crate) household: Household,
    pub(crate) settings: Settings,
    pub(crate) officer_key: SigningKey,
    pub(crate) key: ProofKey,
    pub(crate) gateway: InternalSigner,
    pub(crate) folder: TempDir,
    running: Option<Running>,
    http: reqwest::Client,
    _stores: Stores,
}

pub(crate) fn noon() -> DateTime<Utc> {
    "2026-11-21T04:00:00Z".parse().unwrap()
}

impl World {
    /// One on SQLite and one on PostgreSQL.
    pub(crate) async fn both() -> [Self; 2] {
        [Self::sqlite().await, Self::postgres().await]
    }

    pub(crate) async fn sqlite() -> Self {
        Self::on(Stores::Sqlite, |_| ()).await
    }

    pub(crate) async fn postgres() -> Self {
        let database = postgres::database().await;
        Self::on(Stores::Postgres(database), |_| ()).await
    }

    pub(crate) async fn sqlite_with(change: impl FnOnce(&mut Value)) -> Self {
        Self::on(Stores::Sqlite, change).await
    }

    async fn on(stores: Stores, change: impl FnOnce(&mut Value)) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = ManualClock::new(noon());
        let file = |name: &str, text: &str| -> PathBuf {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let [own, gateway, at_household] = [(); 3].map(|()| ServiceKey::generate().unwrap());
        let officer_key = SigningKey::generate_es256().unwrap();
        let trusted = jwks(&[
            gateway.service_jwk("gateway"),
            own.service_jwk("identity"),
            at_household.service_jwk("household"),
        ]);
        let services = TrustedServices::from_jwks(&trusted).unwrap();
        let household = Household::start(&at_household.into(), &services, clock.clone());
        for (person, household_no) in [(WANG, "F0000001"), (LIN, "F0000002")] {
            let mut facts = facts(person);
            facts.insert("household_no".to_owned(), household_no.to_owned());
            household
                .people
                .lock()
                .unwrap()
                .insert(person.to_owned(), facts);
        }
        let (database, log) = match &stores {
            Stores::Postgres(database) => (database.url.clone(), database.url.clone()),
            Stores::Sqlite => {
                let url = |name: &str| format!("sqlite://{}", folder.path().join(name).display());
                (url("identity.sqlite"), url("audit.sqlite"))
            }
        };
        let mut settings = json!({
            "server": {"listen": "127.0.0.1:0", "workers": 2, "drain_delay_ms": 0, "stop_timeout_s": 1},
            "issuer": ISSUER,
            "database": database,
            "sealing_key_file": file("sealing", SealingKey::generate().unwrap().expose_secret()),
            "nonce_key": "0123456789abcdef0123456789abcdef",
            "trusted_services_file": file("trusted.jwks", &trusted),
            "internal_key_file": file("own.pem", own.to_pkcs8_pem().unwrap().expose_secret()),
            "household": {"url": format!("http://{}", household.address), "timeout_ms": 10_000},
            "audit": {"database": log},
            "limits": {"tend_ms": 50},
            "clients": [{
                "client_id": OFFICER,
                "jwk": officer_key.public_jwk(),
                "kind": "officer",
                "agency": "臺北市政府民政局",
                "post": "科員",
                "functions": ["household"],
                "clearances": ["protected-persons"],
            }],
        });
        change(&mut settings);
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let mut world = Self {
            gateway: InternalSigner::new("gateway", &gateway.into(), &services, clock.clone())
                .unwrap(),
            key: ProofKey::generate().unwrap(),
            clock,
            household,
            settings,
            officer_key,
            folder,
            running: None,
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
            _stores: stores,
        };
        world.start().await;
        world
    }

    pub(crate) fn parts(&self) -> Parts {
        Parts {
            clock: self.clock.clone(),
        }
    }

    pub(crate) async fn start(&mut self) {
        let running = identity::start(self.settings.clone(), self.parts())
            .await
            .unwrap();
        self.running = Some(running);
    }

    /// Another copy on the same stores.
    pub(crate) async fn copy(&self) -> Running {
        identity::start(self.settings.clone(), self.parts())
            .await
            .unwrap()
    }

    pub(crate) async fn stop(&mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }

    pub(crate) fn url(&self) -> String {
        self.running.as_ref().unwrap().url()
    }

    /// A request as the gateway forwards it for `caller`.
    pub(crate) async fn call(
        &self,
        caller: &Caller,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        self.call_at(&self.url(), caller, method, path, headers, body)
            .await
    }

    pub(crate) async fn call_at(
        &self,
        base: &str,
        caller: &Caller,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let target = InternalRequest {
            audience: "identity",
            method: method.as_str(),
            path_and_query: path,
            body: body.as_bytes(),
        };
        let token = self.gateway.mint(caller, &target).unwrap();
        let authorization = format!("Lifeboat {token}");
        let mut all = vec![("authorization", authorization.as_str())];
        all.extend_from_slice(headers);
        self.raw(base, method, path, &all, body).await
    }

    /// A request with nothing added.
    pub(crate) async fn raw(
        &self,
        base: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = self.http.request(method, format!("{base}{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = request.body(body.to_owned()).send().await.unwrap();
        Answer {
            status: answer.status().as_u16(),
            headers: answer
                .headers()
                .iter()
                .map(|(name, value)| (name.to_string(), value.to_str().unwrap().to_owned()))
                .collect(),
            body: answer.bytes().await.unwrap().to_vec(),
        }
    }

    pub(crate) fn anybody() -> Caller {
        Caller::anonymous(Some(IpAddr::from([203, 0, 113, 9])))
    }

    /// The nonce that the server wants.
    pub(crate) async fn nonce(&self) -> String {
        let answer = self
            .post("/v1/token", &[("grant_type", "refresh_token")], None)
            .await;
        answer.headers["dpop-nonce"].clone()
    }

    /// A form, with a proof if given.
    pub(crate) async fn post(
        &self,
        path: &str,
        form: &[(&str, &str)],
        proof: Option<&str>,
    ) -> Answer {
        self.post_at(&self.url(), path, form, proof).await
    }

    pub(crate) async fn post_at(
        &self,
        base: &str,
        path: &str,
        form: &[(&str, &str)],
        proof: Option<&str>,
    ) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut headers = vec![("content-type", "application/x-www-form-urlencoded")];
        headers.extend(proof.map(|proof| ("dpop", proof)));
        self.call_at(base, &Self::anybody(), Method::POST, path, &headers, &body)
            .await
    }

    /// A proof by `key` with the server's nonce.
    pub(crate) async fn proof_by(&self, key: &ProofKey) -> String {
        let nonce = self.nonce().await;
        key.prove("POST", TOKEN_ENDPOINT, None, Some(&nonce), self.clock.now())
            .unwrap()
    }

    /// A token request with a proof by the world's key.
    pub(crate) async fn token(&self, form: &[(&str, &str)]) -> Answer {
        let proof = self.proof_by(&self.key).await;
        self.post("/v1/token", form, Some(&proof)).await
    }

    pub(crate) async fn sign_in(&self, facts: &Facts) -> Answer {
        self.token(&facts_form(facts)).await
    }

    /// Signs Wang in by right facts.
    pub(crate) async fn citizen(&self) -> Answer {
        let answer = self.sign_in(&facts(WANG)).await;
        assert_eq!(answer.status, 200, "{:?}", String::from_utf8(answer.body));
        answer
    }

    pub(crate) async fn refresh(&self, token: &str) -> Answer {
        self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)])
            .await
    }

    pub(crate) fn assertion(&self) -> String {
        assertion::make(&self.officer_key, OFFICER, ISSUER, self.clock.now()).unwrap()
    }

    pub(crate) async fn program(&self, assertion: &str) -> Answer {
        self.token(&program_form(assertion)).await
    }

    pub(crate) async fn jwks(&self) -> Value {
        let path = "/.well-known/jwks.json";
        let answer = self
            .call(&Caller::service("gateway"), Method::GET, path, &[], "")
            .await;
        assert_eq!(answer.status, 200);
        answer.json()
    }

    /// What a token says, verified with the published keys.
    pub(crate) async fn claims(&self, token: &str) -> Option<AccessClaims> {
        let verifier = AccessVerifier::new(ISSUER, AUDIENCE, self.clock.clone());
        verifier.set_keys(KeySet::from_jwks(&self.jwks().await.to_string()).unwrap());
        let token = verifier.verify(token).ok()?;
        Some(token.claims().clone())
    }

    pub(crate) async fn revoked(&self) -> Value {
        let path = "/internal/v1/revocations";
        let answer = self
            .call(&Caller::service("gateway"), Method::GET, path, &[], "")
            .await;
        assert_eq!(answer.status, 200);
        answer.json()
    }

    pub(crate) async fn log(&self) -> AuditLog {
        let url = self.settings.audit.database.expose_secret();
        AuditLog::open(url, "test", self.clock.clone())
            .await
            .unwrap()
    }
}

pub(crate) fn citizen(person: &str) -> Caller {
    Caller {
        kind: CallerKind::Citizen,
        subject: person.to_owned(),
        client_id: "citizen-web".to_owned(),
        assurance: Assurance::Basic,
        ..Caller::anonymous(None)
    }
}

pub(crate) fn officer() -> Caller {
    Caller {
        kind: CallerKind::Officer,
        subject: OFFICER.to_owned(),
        client_id: OFFICER.to_owned(),
        assurance: Assurance::Strong,
        ..Caller::anonymous(None)
    }
}

/// The right facts of Wang; the same for another person.
pub(crate) fn facts(person: &str) -> Facts {
    [
        ("national_id", person),
        ("birth_date", "1970-01-31"),
        ("household_no", "F0000001"),
        ("id_card_issued_on", "2015-06-01"),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .collect()
}

pub(crate) fn facts_form(facts: &Facts) -> Vec<(&str, &str)> {
    let mut form = vec![("grant_type", "urn:lifeboat:grant:registry-facts")];
    form.extend(
        facts
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    form
}

pub(crate) fn program_form(assertion: &str) -> Vec<(&str, &str)> {
    vec![
        ("grant_type", "client_credentials"),
        ("client_assertion_type", assertion::TYPE),
        ("client_assertion", assertion),
    ]
}
