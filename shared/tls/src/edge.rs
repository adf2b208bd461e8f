//! TLS towards the world: a certificate of the gateway, nothing asked of clients.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs::Ticketer;
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use serde::Deserialize;

use crate::acceptor::Acceptor;
use crate::error::TlsError;
use crate::reload::Reloaded;
use crate::{expiry, files, provider};

const SIDE: &str = "edge";

/// What the gateway shows the world.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EdgeSettings {
    /// PEM file with its certificate and those that lead to its issuer.
    pub certificate_file: PathBuf,
    /// PEM file with the certificate's key.
    pub key_file: PathBuf,
    /// The oldest version that is spoken.
    #[serde(default)]
    pub minimum: Minimum,
    /// Seconds between looks at the files.
    #[serde(default = "crate::mutual::default_reload_s")]
    pub reload_s: u64,
}

/// The oldest version of TLS.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Minimum {
    /// TLS 1.2 (RFC 5246), with forward secrecy and authenticated encryption only: for phones from before 2018.
    #[serde(rename = "1.2")]
    Tls12,
    /// TLS 1.3 (RFC 8446).
    #[default]
    #[serde(rename = "1.3")]
    Tls13,
}

/// The edge's certificate, read anew when its files change.
#[derive(Clone, Debug)]
pub struct EdgeTls {
    shown: Arc<Shown>,
    minimum: Minimum,
}

#[derive(Debug)]
struct Shown(Arc<Reloaded<Arc<CertifiedKey>>>);

impl EdgeTls {
    /// Reads the files.
    ///
    /// # Errors
    /// When one cannot be read or they do not belong together.
    pub fn open(settings: &EdgeSettings) -> Result<Self, TlsError> {
        let (certificate, key) = (settings.certificate_file.clone(), settings.key_file.clone());
        let watched = vec![certificate.clone(), key.clone()];
        let read = move || {
            let own = files::certified_key(&certificate, &key)?;
            expiry::show(SIDE, own.cert.first());
            Ok(Arc::new(own))
        };
        let period = Duration::from_secs(settings.reload_s.max(1));
        Ok(Self {
            shown: Arc::new(Shown(Reloaded::open(SIDE, watched, period, read)?)),
            minimum: settings.minimum,
        })
    }

    /// What a listener at the edge accepts with.
    ///
    /// # Errors
    /// When the cryptographic library has no randomness.
    pub fn acceptor(&self) -> Result<Acceptor, TlsError> {
        let versions: &[_] = match self.minimum {
            Minimum::Tls12 => &[&rustls::version::TLS13, &rustls::version::TLS12],
            Minimum::Tls13 => &[&rustls::version::TLS13],
        };
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(versions)?
            .with_no_client_auth()
            .with_cert_resolver(self.shown.clone());
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // Whoever comes back over a weak network needs no certificate again. The tickets' keys change by themselves.
        config.ticketer = Ticketer::new()?;
        let generation = self.shown.0.generation().clone();
        Ok(Acceptor::new(config, generation))
    }
}

impl ResolvesServerCert for Shown {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(&self.0.current()))
    }
}
