//! Certificates of everybody in the tests' world, in files that change.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::authority::{Authority, Issued, Term};
use tls::{Acceptor, MutualTls};

/// Services that show each other certificates; each is also called by address.
const INSIDE: [&str; 3] = ["gateway", "identity", "echo"];

pub(crate) struct Certificates {
    authority: Authority,
    folder: TempDir,
}

impl Certificates {
    pub(crate) fn new() -> Self {
        let certificates = Self {
            authority: Authority::new("the tests' authority"),
            folder: TempDir::new().unwrap(),
        };
        std::fs::write(
            certificates.file("ca.crt"),
            certificates.authority.certificate(),
        )
        .unwrap();
        certificates.revoke(&[]);
        for name in INSIDE.into_iter().chain(["edge"]) {
            certificates.renew(name);
        }
        certificates
    }

    /// Gives `name` another certificate.
    pub(crate) fn renew(&self, name: &str) -> Issued {
        let issued = self.authority.issue(&[name, "127.0.0.1"], Term::Current);
        issued.write(self.folder.path(), name);
        issued
    }

    /// Takes these certificates back, and no others.
    pub(crate) fn revoke(&self, revoked: &[&Issued]) {
        let beside = self.file("crl.part");
        std::fs::write(&beside, self.authority.revocations(revoked)).unwrap();
        std::fs::rename(beside, self.file("ca.crl")).unwrap();
    }

    /// The settings of `name` for mutual TLS.
    pub(crate) fn inside(&self, name: &str) -> Value {
        json!({
            "certificate_file": self.file(&format!("{name}.crt")),
            "key_file": self.file(&format!("{name}.key")),
            "ca_file": self.file("ca.crt"),
            "crl_file": self.file("ca.crl"),
            "reload_s": 1,
        })
    }

    /// The settings of the edge.
    pub(crate) fn edge(&self) -> Value {
        json!({
            "certificate_file": self.file("edge.crt"),
            "key_file": self.file("edge.key"),
            "reload_s": 1,
        })
    }

    /// What the service `name` accepts the gateway with.
    pub(crate) fn acceptor(&self, name: &str) -> Acceptor {
        let settings = serde_json::from_value(self.inside(name)).unwrap();
        MutualTls::open(&settings)
            .unwrap()
            .acceptor(["gateway"])
            .unwrap()
    }

    /// Whom clients believe.
    pub(crate) fn root(&self) -> reqwest::Certificate {
        reqwest::Certificate::from_pem(self.authority.certificate().as_bytes()).unwrap()
    }

    fn file(&self, name: &str) -> PathBuf {
        Path::join(self.folder.path(), name)
    }
}
