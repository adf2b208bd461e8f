//! Two copies of the register's service on one database, and who files with them.

use std::path::PathBuf;
use std::time::Duration;

use access::caller::{Assurance, Caller, CallerKind};
use access::internal::{InternalRequest, InternalSigner, ServiceKey, TrustedServices};
use access::keys::{KeySet, SigningKey, jwks};
use end_to_end::people::{self, Facts};
use journal::receipt::Receipt;
use reqwest::StatusCode;
use secrecy::ExposeSecret;
use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::ports;
use test_support::process::{Service, program};
use uuid::Uuid;

use crate::world::{PATIENCE, packages};

const PATH: &str = "/v1/applications/household-transcript";

/// The processes.
pub(super) struct Copies {
    services: Vec<(PathBuf, Service)>,
    starts: usize,
    _folder: TempDir,
}

/// The way to them.
pub(super) struct Door {
    addresses: Vec<String>,
    signer: InternalSigner,
    receipt_keys: KeySet,
    people: Vec<Facts>,
    http: reqwest::Client,
}

/// What a copy said to an application.
pub(super) enum Said {
    /// It is filed.
    Filed { id: Uuid, receipt: String },
    /// Nobody answered, or asked for another try.
    NotNow,
}

impl Copies {
    /// Starts both, and waits until they answer.
    pub(super) async fn start(database: &str, broker: Option<&str>) -> (Self, Door) {
        let folder = tempfile::tempdir().unwrap();
        let [gateway, own] = [(); 2].map(|()| ServiceKey::generate().unwrap());
        let receipts = SigningKey::generate_es256().unwrap();
        let services = jwks(&[gateway.service_jwk("gateway"), own.service_jwk("household")]);
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).unwrap();
            path
        };
        let trusted = write("services.jwks", &services);
        let own = write("own.pem", own.to_pkcs8_pem().unwrap().expose_secret());
        let key = write(
            "receipts.pem",
            receipts.to_pkcs8_pem().unwrap().expose_secret(),
        );
        let addresses = [(); 2].map(|()| format!("127.0.0.1:{}", ports::free()));
        let services = addresses.iter().enumerate().map(|(number, address)| {
            let mut journal = json!({ "database": database, "receipt_key_file": key });
            if let Some(url) = broker {
                journal["broker"] = json!({ "url": url });
            }
            let settings = json!({ "service": {
                "database": database,
                "trusted_services_file": trusted,
                "internal_key_file": own,
                "journal": journal,
                "server": { "listen": address, "workers": 1, "drain_delay_ms": 0 },
            }});
            let file = write(
                &format!("household-{number}.toml"),
                &toml::to_string(&settings).unwrap(),
            );
            let service = begin(&file);
            (file, service)
        });
        let mut copies = Self {
            services: services.collect(),
            starts: 2,
            _folder: folder,
        };
        for ((_, service), address) in copies.services.iter_mut().zip(&addresses) {
            service
                .answers(&format!("http://{address}/readyz"), PATIENCE)
                .await;
        }
        let trusted = TrustedServices::from_jwks(&std::fs::read_to_string(trusted).unwrap());
        let clock = runtime::clock::system();
        let signer = InternalSigner::new("gateway", &gateway.into(), &trusted.unwrap(), clock);
        let door = Door {
            addresses: addresses.into(),
            signer: signer.unwrap(),
            receipt_keys: KeySet::from_jwks(&jwks(&[receipts.public_jwk()])).unwrap(),
            people: people::first(&packages().join("household"), 50).unwrap(),
            http: reqwest::Client::builder()
                .no_proxy()
                .timeout(Duration::from_secs(10))
                .build()
                .unwrap(),
        };
        (copies, door)
    }

    /// Kills one (SIGKILL), and starts it again.
    pub(super) fn kill(&mut self, number: usize) {
        self.services[number].1.kill();
        self.watch();
    }

    /// Starts again what has ended.
    pub(super) fn watch(&mut self) {
        for (file, service) in &mut self.services {
            if service.ended().is_some() {
                *service = begin(file);
                self.starts += 1;
            }
        }
    }

    /// How often a copy was started.
    pub(super) fn starts(&self) -> usize {
        self.starts
    }
}

fn begin(file: &std::path::Path) -> Service {
    let arguments = ["--config", file.to_str().unwrap()];
    Service::start(&program("household"), &arguments, &[])
}

impl Door {
    /// Files the application of this number with either copy, under its own key.
    pub(super) async fn file(&self, number: usize) -> Said {
        let person = &self.people[number % self.people.len()];
        let form = json!({
            "household_no": person.household_no,
            "scope": "person",
            "copies": 1 + number % 5,
            "contact_phone": "0912345678",
        });
        let (form, address) = (form.to_string(), &self.addresses[fastrand::usize(0..2)]);
        let caller = Caller {
            kind: CallerKind::Citizen,
            subject: person.national_id.clone(),
            assurance: Assurance::Basic,
            ..Caller::anonymous(None)
        };
        let request = InternalRequest {
            audience: "household",
            method: "POST",
            path_and_query: PATH,
            body: form.as_bytes(),
        };
        let token = self.signer.mint(&caller, &request).unwrap();
        let request = self
            .http
            .post(format!("http://{address}{PATH}"))
            .header("Authorization", format!("Lifeboat {token}"))
            .header("Content-Type", "application/json")
            .header("Idempotency-Key", format!("application-{number}"))
            .body(form);
        let Ok(answer) = request.send().await else {
            return Said::NotNow;
        };
        let status = answer.status();
        // Killed in the middle of its answer.
        let Ok(text) = answer.text().await else {
            return Said::NotNow;
        };
        if status == StatusCode::SERVICE_UNAVAILABLE {
            return Said::NotNow;
        }
        assert_eq!(status, StatusCode::ACCEPTED, "{text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        let receipt = body["data"]["receipt"].as_str().unwrap().to_owned();
        let said = Receipt::verify(&receipt, &self.receipt_keys).unwrap();
        assert_eq!(body["data"]["id"], said.jti.to_string());
        Said::Filed {
            id: said.jti,
            receipt,
        }
    }
}
