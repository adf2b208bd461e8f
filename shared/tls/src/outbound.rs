//! How a service calls others.

use rustls::{ClientConfig, RootCertStore};

use crate::{Generation, MutualTls, TlsError, provider};

/// What a service calls others with: by mutual TLS, or without TLS.
#[derive(Clone, Debug)]
pub struct Outbound {
    /// For new connections. Without mutual TLS no server is believed: nobody is called by a TLS that proves nothing.
    pub config: ClientConfig,
    /// Counts the changes of the files that `config` stands on: open connections are of an earlier one after each.
    pub generation: Generation,
}

impl Outbound {
    /// By mutual TLS where there is `tls`.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn new(tls: Option<&MutualTls>) -> Result<Self, TlsError> {
        let (config, generation) = match tls {
            Some(tls) => (tls.client()?, tls.generation().clone()),
            None => (trusting_nobody()?, Generation::default()),
        };
        Ok(Self { config, generation })
    }
}

fn trusting_nobody() -> Result<ClientConfig, TlsError> {
    let config = ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    Ok(config)
}
