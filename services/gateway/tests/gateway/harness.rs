//! A gateway with its surroundings: identity and one service, both of the tests' own, and callers with keys.

mod caller;
mod certificates;
mod service;

use std::sync::Arc;
use std::time::Duration;

use access::internal::{ServiceKey, TrustedServices};
use access::keys::{SigningKey, jwks};
use gateway::{Documents, Parts, Settings};
use runtime::clock::SharedClock;
use runtime::process::StartError;
use runtime::server::Running;
use serde_json::{Value, json};
use tempfile::TempDir;

pub(crate) use caller::{Claims, Person};
pub(crate) use certificates::Certificates;
pub(crate) use service::Service;

/// What the tests' clients call the gateway, whatever its port is.
pub(crate) const PUBLIC_URL: &str = "https://lifeboat.example";
pub(crate) const NONCE_KEY: &str = "the-tests-use-this-key-for-nonces-only";

/// A running gateway and everything around it.
pub(crate) struct World {
    pub(crate) url: String,
    pub(crate) identity: Service,
    pub(crate) echo: Service,
    pub(crate) keys: Arc<SigningKey>,
    pub(crate) http: reqwest::Client,
    pub(crate) gateway: Running,
    pub(crate) clock: SharedClock,
    pub(crate) folder: TempDir,
}

impl World {
    pub(crate) async fn start() -> Self {
        Self::with(|_| ()).await
    }

    /// Starts with the settings that `change` makes of the usual ones.
    pub(crate) async fn with(change: impl FnOnce(&mut Value)) -> Self {
        Self::built(None, change).await.unwrap()
    }

    /// Starts with TLS at the edge and mutual TLS inside.
    pub(crate) async fn secure(
        certificates: &Certificates,
        change: impl FnOnce(&mut Value),
    ) -> Result<Self, StartError> {
        Self::built(Some(certificates), change).await
    }

    async fn built(
        certificates: Option<&Certificates>,
        change: impl FnOnce(&mut Value),
    ) -> Result<Self, StartError> {
        let folder = TempDir::new().unwrap();
        let clock = runtime::clock::system();
        let keys = Arc::new(SigningKey::generate_es256().unwrap());
        let [own, of_identity, of_echo] = [(); 3].map(|()| ServiceKey::generate().unwrap());
        let public = [
            own.service_jwk("gateway"),
            of_identity.service_jwk("identity"),
            of_echo.service_jwk("echo"),
        ];
        let trusted = TrustedServices::from_members(&public).unwrap();
        let trusted_file = folder.path().join("trusted-services.jwks");
        std::fs::write(&trusted_file, jwks(&public)).unwrap();
        let key_file = folder.path().join("gateway.pem");
        std::fs::write(
            &key_file,
            secrecy::ExposeSecret::expose_secret(&own.to_pkcs8_pem().unwrap()),
        )
        .unwrap();
        let tls = |name: &str| certificates.map(|all| all.acceptor(name));
        let (keys_of, now) = (of_identity.into(), clock.clone());
        let identity = Service::start("identity", &keys_of, &trusted, tls("identity"), now);
        identity.set_keys(jwks(&[keys.public_jwk()]));
        let (keys_of, now) = (of_echo.into(), clock.clone());
        let echo = Service::start("echo", &keys_of, &trusted, tls("echo"), now);
        // Patient where no test says otherwise: the machine may stall for seconds.
        let mut settings = json!({
            "server": {"listen": "127.0.0.1:0", "workers": 2, "drain_delay_ms": 300, "stop_timeout_s": 2},
            "public_url": PUBLIC_URL,
            "upstreams": {"identity": identity.url(), "echo": echo.url()},
            "tokens": {"nonce_key": NONCE_KEY, "revocations_interval_ms": 100, "revocations_max_age_ms": 60_000},
            "internal": {"key_file": key_file, "trusted_services_file": trusted_file},
            "audit": {"database": format!("sqlite://{}", folder.path().join("audit.sqlite").display()), "deadline_ms": 30_000},
            "forwarding": {"readiness_interval_ms": 100, "connect_timeout_ms": 10_000, "timeout_ms": 30_000},
        });
        if let Some(certificates) = certificates {
            settings["tls"] = certificates.inside("gateway");
            settings["edge_tls"] = certificates.edge();
        }
        change(&mut settings);
        let settings: Settings = serde_json::from_value(settings).unwrap();
        let documents = [
            include_str!("../data/echo.json"),
            include_str!("../data/identity.json"),
        ];
        let parts = Parts {
            documents: Documents::of(documents.map(str::to_owned)),
            clock: clock.clone(),
        };
        let gateway = gateway::start(settings, parts).await?;
        let http = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .tls_certs_merge(certificates.map(Certificates::root))
            .build()
            .unwrap();
        let world = Self {
            url: gateway.url(),
            identity,
            echo,
            keys,
            http,
            gateway,
            clock,
            folder,
        };
        world.until_tokens_are_taken().await;
        Ok(world)
    }

    pub(crate) fn address(&self) -> std::net::SocketAddr {
        self.gateway.address()
    }

    /// A citizen with a key and a good token.
    pub(crate) fn citizen(&self) -> Person {
        Person::new(self, |_| ())
    }

    /// An officer with a key and a good token.
    pub(crate) fn officer(&self) -> Person {
        Person::new(self, |claims| {
            claims.kind = access::caller::CallerKind::Officer;
            "officer-7".clone_into(&mut claims.sub);
            "officer-7".clone_into(&mut claims.client_id);
            claims.acr = access::caller::Assurance::Strong;
            claims.agency = Some("household-office".to_owned());
        })
    }

    pub(crate) fn get(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }

    pub(crate) fn post(&self, path: &str) -> reqwest::RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }

    pub(crate) fn now(&self) -> i64 {
        self.clock.now().timestamp()
    }

    /// Who looked at `subject`, by the log itself.
    pub(crate) async fn log_of(&self, subject: &str) -> Vec<audit::Entry> {
        let url = format!(
            "sqlite://{}",
            self.folder.path().join("audit.sqlite").display()
        );
        let log = audit::AuditLog::open(&url, "reader", self.clock.clone())
            .await
            .unwrap();
        log.of_subject(subject, None, 100).await.unwrap().entries
    }

    /// The gateway reads keys and revocations in the background.
    async fn until_tokens_are_taken(&self) {
        let citizen = self.citizen();
        eventually(async || citizen.get("/echo/v1/me").await.status() == 200).await;
        self.echo.forget();
    }
}

/// Waits until `holds`.
pub(crate) async fn eventually(holds: impl AsyncFn() -> bool) {
    for _ in 0..200 {
        if holds().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it did not come about within ten seconds");
}

/// A problem's body, after checking that it is one and tells nothing of the inside.
pub(crate) async fn problem(answer: reqwest::Response) -> Value {
    let status = answer.status().as_u16();
    let kind = answer
        .headers()
        .get("content-type")
        .unwrap()
        .to_str()
        .unwrap()
        .to_owned();
    assert_eq!(kind, "application/problem+json", "{status}");
    let id = answer
        .headers()
        .get("x-request-id")
        .map(|id| id.to_str().unwrap().to_owned());
    let text = answer.text().await.unwrap();
    for inside in [
        "127.0.0.1",
        "src/",
        "panicked",
        "sqlite",
        "redis",
        "jsonwebtoken",
        "backtrace",
        "hyper",
    ] {
        assert!(!text.contains(inside), "{inside} in {text}");
    }
    let body: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(body["status"], status);
    assert!(
        body["type"]
            .as_str()
            .unwrap()
            .starts_with("urn:lifeboat:problem:"),
        "{text}"
    );
    if let Some(id) = id {
        assert_eq!(body["instance"], format!("urn:uuid:{id}"));
    }
    body
}
