//! Mutual TLS between services (RFC 8446 §4.3.2): each shows a certificate of the deployment's own authority, and each
//! checks the other's.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use rustls::client::WebPkiServerVerifier;
use rustls::server::NoServerSessionStorage;
use rustls::server::danger::ClientCertVerifier;
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, ServerConfig};
use serde::Deserialize;

use crate::acceptor::Acceptor;
use crate::error::TlsError;
use crate::peer::{Callers, Own, Servers};
use crate::reload::{Generation, Reloaded};
use crate::{expiry, files, provider};

const SIDE: &str = "inside";

/// What a service shows other services, and whom it believes.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// PEM file with the service's certificate and those that lead to its authority. It must name the service (`household`) and
    /// the host by which others call it (subject alternative names), for server and client authentication.
    pub certificate_file: PathBuf,
    /// PEM file with the certificate's key.
    pub key_file: PathBuf,
    /// PEM file with the authorities whose certificates are believed; while the authority changes, the old and the new one.
    pub ca_file: PathBuf,
    /// PEM file with the authorities' revocation lists. With it, every authority in use must have one in it.
    #[serde(default)]
    pub crl_file: Option<PathBuf>,
    /// Seconds between looks at the files.
    #[serde(default = "default_reload_s")]
    pub reload_s: u64,
}

pub(crate) fn default_reload_s() -> u64 {
    5
}

/// One service's side of mutual TLS, read anew when its files change. Clones share it.
#[derive(Clone, Debug)]
pub struct MutualTls(Arc<Reloaded<Material>>);

/// What the files hold.
#[derive(Debug)]
pub(crate) struct Material {
    pub(crate) own: Arc<CertifiedKey>,
    pub(crate) servers: Arc<WebPkiServerVerifier>,
    pub(crate) clients: Arc<dyn ClientCertVerifier>,
}

impl MutualTls {
    /// Reads the files.
    ///
    /// # Errors
    /// When one cannot be read, or they do not belong together.
    pub fn open(settings: &Settings) -> Result<Self, TlsError> {
        let settings = settings.clone();
        let mut watched = vec![
            settings.certificate_file.clone(),
            settings.key_file.clone(),
            settings.ca_file.clone(),
        ];
        watched.extend(settings.crl_file.clone());
        let period = Duration::from_secs(settings.reload_s.max(1));
        let read = move || Material::read(&settings);
        Ok(Self(Reloaded::open(SIDE, watched, period, read)?))
    }

    /// What a listener accepts with: only callers whose certificate names one of `callers`.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn acceptor<'a>(
        &self,
        callers: impl IntoIterator<Item = &'a str>,
    ) -> Result<Acceptor, TlsError> {
        let callers = Callers::new(self.0.clone(), callers)?;
        let mut config = ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_client_cert_verifier(Arc::new(callers))
            .with_cert_resolver(Arc::new(Own(self.0.clone())));
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        // A session taken up again would not be checked against the authorities and revocations of now.
        config.session_storage = Arc::new(NoServerSessionStorage {});
        config.send_tls13_tickets = 0;
        Ok(Acceptor::new(config, self.generation().clone()))
    }

    /// What a client connects with: only to servers whose certificate names the host that is called.
    ///
    /// # Errors
    /// When the cryptographic library refuses.
    pub fn client(&self) -> Result<ClientConfig, TlsError> {
        let mut config = ClientConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Servers(self.0.clone())))
            .with_client_cert_resolver(Arc::new(Own(self.0.clone())));
        config.resumption = rustls::client::Resumption::disabled();
        Ok(config)
    }

    /// Counts the changes of the files.
    #[must_use]
    pub fn generation(&self) -> &Generation {
        self.0.generation()
    }
}

impl Material {
    fn read(settings: &Settings) -> Result<Self, TlsError> {
        let own = files::certified_key(&settings.certificate_file, &settings.key_file)?;
        expiry::show(SIDE, own.cert.first());
        let roots = Arc::new(files::authorities(&settings.ca_file)?);
        let revoked = match &settings.crl_file {
            Some(file) => files::revocations(file)?,
            None => Vec::new(),
        };
        let blamed = settings.crl_file.as_ref().unwrap_or(&settings.ca_file);
        let unusable = |error: &dyn std::fmt::Display| TlsError::unusable(blamed, error);
        Ok(Self {
            own: Arc::new(own),
            servers: WebPkiServerVerifier::builder_with_provider(roots.clone(), provider())
                .with_crls(revoked.clone())
                .only_check_end_entity_revocation()
                .build()
                .map_err(|error| unusable(&error))?,
            clients: rustls::server::WebPkiClientVerifier::builder_with_provider(roots, provider())
                .with_crls(revoked)
                .only_check_end_entity_revocation()
                .build()
                .map_err(|error| unusable(&error))?,
        })
    }
}
