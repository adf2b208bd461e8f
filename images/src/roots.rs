//! The roots of the world's certificates: Mozilla's, from a package that the lock file pins, so that the machine that builds has no say in
//! whom the image believes.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

use crate::dependencies::Name;

/// A program that links this reads the roots of the system it runs on.
pub(crate) const READER: &str = "rustls-native-certs";

/// The package that has them.
pub(crate) const PACKAGE: &str = "webpki-root-certs";

/// Whether a program needs them, by what is linked into it.
pub(crate) fn are_read_by<'a>(mut linked: impl Iterator<Item = &'a Name>) -> bool {
    linked.any(|package| package.name == READER)
}

/// All of them, as PEM.
pub(crate) fn pem() -> String {
    let mut text = String::new();
    for certificate in TLS_SERVER_ROOT_CERTS {
        text.push_str("-----BEGIN CERTIFICATE-----\n");
        let encoded = STANDARD.encode(certificate);
        for line in encoded.as_bytes().chunks(64) {
            // Base64 is ASCII, and a String takes whatever is written to it.
            let _ = writeln!(text, "{}", String::from_utf8_lossy(line));
        }
        text.push_str("-----END CERTIFICATE-----\n");
    }
    text
}
