//! When certificates end: refused afterwards, and shown before, so that somebody is told in time.

use std::path::Path;

use rustls::pki_types::CertificateDer;
use x509_parser::prelude::{FromDer, X509Certificate};

use crate::error::TlsError;

/// Refuses a certificate whose time is over or has not come: nobody would accept it.
pub(crate) fn judge(file: &Path, chain: &[CertificateDer<'_>]) -> Result<(), TlsError> {
    let Some(own) = chain.first() else {
        return Ok(());
    };
    let (_, own) =
        X509Certificate::from_der(own).map_err(|error| TlsError::unusable(file, &error))?;
    let validity = own.validity();
    if validity.is_valid() {
        return Ok(());
    }
    Err(TlsError::OutOfTime {
        path: file.to_owned(),
        from: validity.not_before.to_string(),
        until: validity.not_after.to_string(),
    })
}

/// Shows when the certificate of this `side` ends.
pub(crate) fn show(side: &'static str, own: Option<&CertificateDer<'_>>) {
    let Some(Ok((_, own))) = own.map(|own| X509Certificate::from_der(own)) else {
        return;
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "seconds since 1970 are exact in a double for millions of years"
    )]
    let end = own.validity().not_after.timestamp() as f64;
    metrics::gauge!("lifeboat_tls_certificate_expires_seconds", "side" => side).set(end);
}
