//! An authority that issues certificates and takes them back.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, CertifiedIssuer, DnType,
    ExtendedKeyUsagePurpose, IsCa, KeyIdMethod, KeyPair, KeyUsagePurpose, RevokedCertParams,
    SerialNumber, date_time_ymd,
};

/// An authority of its own, which nobody knows but those who are told.
#[derive(Debug)]
pub struct Authority {
    issuer: CertifiedIssuer<'static, KeyPair>,
    issued: AtomicU64,
    lists: AtomicU64,
}

/// A certificate and its key, in PEM.
#[derive(Clone, Debug)]
pub struct Issued {
    /// The certificate.
    pub certificate: String,
    /// Its key (PKCS#8).
    pub key: String,
    serial: u64,
}

/// For how long a certificate is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Term {
    /// Now, and until long after any test.
    Current,
    /// Until the year 2001.
    Expired,
}

impl Authority {
    /// Makes an authority of this name.
    ///
    /// # Panics
    /// When the machine has no randomness.
    #[must_use]
    pub fn new(name: &str) -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, name);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        Self {
            issuer: made(CertifiedIssuer::self_signed(params, key())),
            issued: AtomicU64::new(1),
            lists: AtomicU64::new(1),
        }
    }

    /// Its own certificate, in PEM.
    #[must_use]
    pub fn certificate(&self) -> String {
        self.issuer.pem()
    }

    /// A certificate for these names and addresses, for servers and clients.
    ///
    /// # Panics
    /// When a name is none.
    #[must_use]
    pub fn issue(&self, names: &[&str], term: Term) -> Issued {
        let names: Vec<String> = names.iter().map(|&name| name.to_owned()).collect();
        let mut params = made(CertificateParams::new(names));
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = match term {
            Term::Current => date_time_ymd(2100, 1, 1),
            Term::Expired => date_time_ymd(2001, 1, 1),
        };
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.extended_key_usages = vec![
            ExtendedKeyUsagePurpose::ServerAuth,
            ExtendedKeyUsagePurpose::ClientAuth,
        ];
        params.use_authority_key_identifier_extension = true;
        let serial = self.issued.fetch_add(1, Ordering::Relaxed);
        params.serial_number = Some(SerialNumber::from(serial));
        let key = key();
        Issued {
            certificate: made(params.signed_by(&key, &self.issuer)).pem(),
            key: key.serialize_pem(),
            serial,
        }
    }

    /// The list of the certificates that it took back, in PEM.
    ///
    /// # Panics
    /// Never.
    #[must_use]
    pub fn revocations(&self, revoked: &[&Issued]) -> String {
        let revoked = revoked.iter().map(|issued| RevokedCertParams {
            serial_number: SerialNumber::from(issued.serial),
            revocation_time: date_time_ymd(2020, 1, 1),
            reason_code: None,
            invalidity_date: None,
        });
        let number = self.lists.fetch_add(1, Ordering::Relaxed);
        let params = CertificateRevocationListParams {
            this_update: date_time_ymd(2020, 1, 1),
            next_update: date_time_ymd(2100, 1, 1),
            crl_number: SerialNumber::from(number),
            issuing_distribution_point: None,
            revoked_certs: revoked.collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        made(made(params.signed_by(&self.issuer)).pem())
    }
}

impl Issued {
    /// Writes both to files of this name in `folder`, the key first, as somebody who renews a certificate does.
    ///
    /// # Panics
    /// When they cannot be written.
    #[expect(
        clippy::must_use_candidate,
        reason = "the files are what it is called for"
    )]
    pub fn write(&self, folder: &Path, name: &str) -> (PathBuf, PathBuf) {
        let (certificate, key) = (
            folder.join(format!("{name}.crt")),
            folder.join(format!("{name}.key")),
        );
        for (file, text) in [(&key, &self.key), (&certificate, &self.certificate)] {
            std::fs::write(file, text)
                .unwrap_or_else(|error| panic!("cannot write {}: {error}", file.display()));
        }
        (certificate, key)
    }
}

fn key() -> KeyPair {
    made(KeyPair::generate())
}

fn made<T>(result: Result<T, rcgen::Error>) -> T {
    result.unwrap_or_else(|error| panic!("no certificate: {error}"))
}
