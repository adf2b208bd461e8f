//! Reads certificates, keys and revocation lists in PEM (RFC 7468).

use std::path::Path;

use rustls::RootCertStore;
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};
use rustls::sign::CertifiedKey;

use crate::error::TlsError;
use crate::{expiry, provider};

/// A certificate with those that lead to its issuer, and its key.
pub(crate) fn certified_key(certificate: &Path, key: &Path) -> Result<CertifiedKey, TlsError> {
    let chain = certificates(certificate)?;
    expiry::judge(certificate, &chain)?;
    let private = PrivateKeyDer::from_pem_file(key)
        .map_err(|error| TlsError::unreadable(key, "private key", &error))?;
    CertifiedKey::from_der(chain, private, &provider())
        .map_err(|error| TlsError::unusable(certificate, &error))
}

/// The authorities that are trusted.
pub(crate) fn authorities(file: &Path) -> Result<RootCertStore, TlsError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(file)? {
        roots
            .add(certificate)
            .map_err(|error| TlsError::unusable(file, &error))?;
    }
    Ok(roots)
}

/// The authorities that the machine knows.
pub(crate) fn known_authorities() -> Result<RootCertStore, TlsError> {
    let found = rustls_native_certs::load_native_certs();
    let mut roots = RootCertStore::empty();
    let (known, _) = roots.add_parsable_certificates(found.certs);
    if known == 0 {
        return Err(TlsError::NoAuthorities);
    }
    Ok(roots)
}

/// The certificates that an authority took back (RFC 5280 §5).
pub(crate) fn revocations(
    file: &Path,
) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsError> {
    all(
        file,
        "revocation list",
        CertificateRevocationListDer::pem_file_iter(file),
    )
}

fn certificates(file: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    all(file, "certificate", CertificateDer::pem_file_iter(file))
}

fn all<T>(
    file: &Path,
    what: &'static str,
    items: Result<impl Iterator<Item = Result<T, pem::Error>>, pem::Error>,
) -> Result<Vec<T>, TlsError> {
    let refused = |error: pem::Error| TlsError::unreadable(file, what, &error);
    let items: Vec<T> = items
        .map_err(refused)?
        .collect::<Result<_, _>>()
        .map_err(refused)?;
    if items.is_empty() {
        return Err(refused(pem::Error::NoItemsFound));
    }
    Ok(items)
}
