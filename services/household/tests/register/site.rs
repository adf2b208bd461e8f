//! A loaded register behind a running capability, and callers with tokens minted like the gateway's.

use std::path::Path;
use std::sync::Arc;

use access::caller::{Assurance, Caller, CallerKind};
use access::internal::{InternalRequest, InternalSigner, ServiceKey, TrustedServices};
use access::keys::SigningKey;
use capability::{Parts, Settings};
use chrono::{TimeZone, Utc};
use household::CAPABILITY;
use reqwest::{Method, Response, StatusCode};
use runtime::server::Running;
use serde_json::Value;
use snapshot::{LoadOptions, Origin, Package, PackageWriter, Silent, Store, TableHead, Trust};

/// 陳大文, head of F0000001, married to 林小美; two children, of whom 陳小明 is marked.
pub(crate) const FATHER: &str = "A123456789";
pub(crate) const MOTHER: &str = "A223456781";
pub(crate) const CHILD: &str = "B100000011";
/// Marked as protected, in the same household.
pub(crate) const MARKED: &str = "B100000020";
/// Lives alone and marked, so that the whole household is hidden.
pub(crate) const HERMIT: &str = "C100000021";
/// Well-formed, and nobody's.
pub(crate) const NOBODY: &str = "F131104093";

const PERSONS: &[&[&str]] = &[
    &[
        FATHER,
        "陳大文",
        "",
        "1970-01-31",
        "M",
        "臺北市",
        "1",
        "後備",
        "",
        "F0000001",
        "戶長",
        "",
        "",
        MOTHER,
        "",
        "",
        "現戶",
        "2001-05-05",
        "false",
        "",
    ],
    &[
        MOTHER,
        "林𠊎美",
        "Lin Mei",
        "1972-02-29",
        "F",
        "新北市",
        "2",
        "",
        "",
        "F0000001",
        "妻",
        "",
        "",
        FATHER,
        "",
        "",
        "現戶",
        "2001-05-05",
        "false",
        "與配偶結婚登記",
    ],
    &[
        CHILD,
        "陳小華",
        "",
        "2001-06-07",
        "M",
        "臺北市",
        "1",
        "",
        "",
        "F0000001",
        "長子",
        FATHER,
        MOTHER,
        MARKED,
        "",
        "",
        "現戶",
        "2001-06-20",
        "false",
        "",
    ],
    &[
        MARKED,
        "陳小明",
        "",
        "2003-06-07",
        "M",
        "臺北市",
        "2",
        "",
        "",
        "F0000001",
        "次子",
        FATHER,
        MOTHER,
        CHILD,
        "",
        "",
        "現戶",
        "2003-06-20",
        "true",
        "",
    ],
    &[
        HERMIT,
        "王藏",
        "",
        "1980-01-01",
        "M",
        "臺北市",
        "1",
        "",
        "",
        "F0000002",
        "戶長",
        "",
        "",
        "",
        "",
        "",
        "現戶",
        "2010-01-01",
        "true",
        "",
    ],
];
const HOUSEHOLDS: &[&[&str]] = &[
    &[
        "F0000001",
        "共同生活戶",
        FATHER,
        "63000010",
        "仁愛里",
        "001",
        "臺北市松山區中正路1號",
        "1999-09-09",
    ],
    &[
        "F0000002",
        "單獨生活戶",
        HERMIT,
        "63000010",
        "仁愛里",
        "002",
        "臺北市松山區中正路2號",
        "2010-01-01",
    ],
];
const CARDS: &[&[&str]] = &[
    &[FATHER, "2006-01-02", "臺北市", "換領"],
    &[MOTHER, "2006-01-03", "新北市", "換領"],
    &[CHILD, "2015-06-07", "臺北市", "初領"],
    &[MARKED, "2017-06-07", "臺北市", "初領"],
    &[HERMIT, "2010-06-07", "臺北市", "初領"],
];

/// A capability at work.
pub(crate) struct Site {
    running: Option<Running>,
    url: String,
    gateway: InternalSigner,
    identity: InternalSigner,
    http: reqwest::Client,
    _folder: tempfile::TempDir,
}

fn write_package(folder: &Path) {
    let system = CAPABILITY.system();
    let origin = Origin {
        system: "household".to_owned(),
        agency: "agency-household".to_owned(),
        taken_at: Utc.with_ymd_and_hms(2026, 11, 20, 18, 0, 0).unwrap(),
        sequence: 1,
        schema_version: 1,
    };
    let mut package = PackageWriter::create(folder, origin).unwrap();
    for (name, rows) in [
        ("person", PERSONS),
        ("household", HOUSEHOLDS),
        ("id_card", CARDS),
    ] {
        let mut table = package
            .table(TableHead::of(system.table(name).unwrap()), 1_000)
            .unwrap();
        for row in rows {
            table.row(row.iter().copied()).unwrap();
        }
        table.finish().unwrap();
    }
    package.finish(None).unwrap();
}

impl Site {
    /// Starts on a store that has nothing loaded.
    pub(crate) async fn empty(database: &str) -> Self {
        let [gateway, identity, own] = [(); 3].map(|()| ServiceKey::generate().unwrap());
        let trusted = TrustedServices::from_members(&[
            gateway.service_jwk("gateway"),
            identity.service_jwk("identity"),
            own.service_jwk("household"),
        ])
        .unwrap();
        let clock = runtime::clock::system();
        let folder = tempfile::tempdir().unwrap();
        let settings: Settings = serde_json::from_value(serde_json::json!({
            "database": database,
            "trusted_services_file": "/nonexistent",
            "internal_key_file": "/nonexistent",
            "server": { "workers": 1, "drain_delay_ms": 0 },
            "journal": {
                "database": format!("sqlite://{}", folder.path().join("journal.sqlite").display()),
                "receipt_key_file": "/nonexistent",
            },
            "limits": { "snapshot_poll_ms": 50 },
        }))
        .unwrap();
        let parts = Parts {
            trusted_services: trusted.clone(),
            internal_keys: own.into(),
            receipt_key: Some(Arc::new(SigningKey::generate_es256().unwrap())),
            clock: clock.clone(),
        };
        let running = capability::start(CAPABILITY, &settings, parts)
            .await
            .unwrap();
        let signer = |name, key: ServiceKey| {
            InternalSigner::new(name, &key.into(), &trusted, clock.clone()).unwrap()
        };
        Self {
            url: running.url(),
            running: Some(running),
            gateway: signer("gateway", gateway),
            identity: signer("identity", identity),
            http: reqwest::Client::new(),
            _folder: folder,
        }
    }

    /// Starts on a store with the small register loaded.
    pub(crate) async fn loaded(database: &str) -> Self {
        load(database).await;
        Self::empty(database).await
    }

    /// Asks as `caller`, with a token minted by the gateway for this request.
    pub(crate) async fn get(&self, caller: &Caller, path: &str) -> Response {
        let token = mint(&self.gateway, caller, "GET", path, b"");
        self.send(Method::GET, path, Some(token), Vec::new(), &[])
            .await
    }

    /// As [`Site::get`], down to the JSON of a 200.
    pub(crate) async fn data(&self, caller: &Caller, path: &str) -> Value {
        let answer = self.get(caller, path).await;
        let status = answer.status();
        let text = answer.text().await.unwrap();
        assert_eq!(status, StatusCode::OK, "{path}: {text}");
        serde_json::from_str(&text).unwrap()
    }

    /// Posts an identity check, as the identity service does when `caller` is `None`.
    pub(crate) async fn check(&self, caller: Option<&Caller>, body: &str) -> Response {
        let path = "/v1/identity-checks";
        let own = Caller::service("identity");
        let token = match caller {
            Some(caller) => mint(&self.gateway, caller, "POST", path, body.as_bytes()),
            None => mint(&self.identity, &own, "POST", path, body.as_bytes()),
        };
        self.send(
            Method::POST,
            path,
            Some(token),
            body.into(),
            &[("content-type", "application/json")],
        )
        .await
    }

    pub(crate) fn gateway(&self) -> &InternalSigner {
        &self.gateway
    }

    pub(crate) fn identity(&self) -> &InternalSigner {
        &self.identity
    }

    pub(crate) async fn send(
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

    pub(crate) async fn stop(mut self) {
        self.running.take().unwrap().stop().await.unwrap();
    }
}

/// Loads the small register into `database`.
pub(crate) async fn load(database: &str) {
    let folder = tempfile::tempdir().unwrap();
    let packages = folder.path().join("household");
    write_package(&packages);
    let store = Store::open(database, &CAPABILITY.system()).unwrap();
    let options = LoadOptions {
        trust: Trust::default(),
        quarantine: None,
        allow_older: false,
        clock: runtime::clock::system(),
    };
    store
        .load(
            &Package::open(&packages).unwrap(),
            &options,
            Arc::new(Silent),
        )
        .await
        .unwrap();
}

/// A token for one request, as `signer` mints it.
pub(crate) fn mint(
    signer: &InternalSigner,
    caller: &Caller,
    method: &str,
    path: &str,
    body: &[u8],
) -> String {
    let request = InternalRequest {
        audience: "household",
        method,
        path_and_query: path,
        body,
    };
    signer.mint(caller, &request).unwrap()
}

fn caller(kind: CallerKind, subject: &str, assurance: Assurance) -> Caller {
    Caller {
        kind,
        subject: subject.to_owned(),
        assurance,
        ..Caller::anonymous(None)
    }
}

/// A citizen who signed in with registry facts.
pub(crate) fn citizen(id: &str) -> Caller {
    caller(CallerKind::Citizen, id, Assurance::Basic)
}

/// A citizen who signed in with a passkey.
pub(crate) fn strong_citizen(id: &str) -> Caller {
    caller(CallerKind::Citizen, id, Assurance::Strong)
}

/// An officer of the household registration.
pub(crate) fn officer() -> Caller {
    Caller {
        functions: ["household".to_owned()].into(),
        ..caller(CallerKind::Officer, "officer-1", Assurance::Strong)
    }
}

/// An officer who may see marked persons.
pub(crate) fn cleared_officer() -> Caller {
    Caller {
        clearances: ["protected-persons".to_owned()].into(),
        ..officer()
    }
}

/// Runs a promise on both databases.
macro_rules! on_both {
    ($name:ident, $site:ident => $body:block) => {
        mod $name {
            use super::*;

            async fn promise($site: Site) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let folder = tempfile::tempdir().unwrap();
                promise(Site::loaded(&format!("sqlite://{}", folder.path().display())).await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let database = test_support::postgres::database().await;
                promise(Site::loaded(&database.url).await).await;
            }
        }
    };
}
pub(crate) use on_both;
