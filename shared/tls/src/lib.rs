//! TLS from files: the gateway's towards the world ([`EdgeTls`]), and mutual TLS between services ([`MutualTls`]).
//!
//! Files are looked at every few seconds. What they hold by then is used for the next connection, with no restart and
//! without touching connections that are open; those learn by [`Generation`] that it is time to go. A change that cannot be used,
//! such as a certificate whose key has not arrived yet, changes nothing and is tried again.
//!
//! TLS 1.3 inside; at the edge TLS 1.2 too, where the operator allows it, with forward secrecy only. The key exchange is
//! X25519MLKEM768 with whom it is known to (post-quantum hybrid, draft-ietf-tls-ecdhe-mlkem).

mod acceptor;
mod edge;
mod error;
mod expiry;
mod files;
mod mutual;
mod outbound;
mod peer;
mod reload;
mod renewed;

pub use acceptor::{Acceptor, Era};
pub use edge::{EdgeSettings, EdgeTls, Minimum};
pub use error::TlsError;
pub use mutual::{MutualTls, Settings};
pub use outbound::Outbound;
pub use reload::Generation;
pub use renewed::Renewed;

use std::path::Path;
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::CryptoProvider;

/// The cryptography of every connection.
fn provider() -> Arc<CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

/// What a client connects with that shows no certificate: to servers that an authority in the PEM file `authorities`
/// vouches for, without it one that the machine knows.
///
/// # Errors
/// When there are none, or they cannot be read.
pub fn client(authorities: Option<&Path>) -> Result<ClientConfig, TlsError> {
    let roots = match authorities {
        Some(file) => files::authorities(file)?,
        None => files::known_authorities()?,
    };
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(config)
}
