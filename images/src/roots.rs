//! The roots of the world's certificates: Mozilla's, from a package that the lock file pins, so that the machine that builds has no say in
//! whom the image believes. Every image has them: each program may be told of a server that proves itself by them (Redis, a collector of
//! traces, a cloud), and a program reads its system's where no other authorities are configured.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use webpki_root_certs::TLS_SERVER_ROOT_CERTS;

/// The package that has them.
pub(crate) const PACKAGE: &str = "webpki-root-certs";

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
