//! TLS before a server that speaks plainly, as a tunnel or a proxy ends it.

use std::sync::Arc;

use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use crate::authority::Issued;

/// Takes TLS connections, and passes what they say on; until it is dropped.
#[derive(Debug)]
pub struct TlsFront {
    port: u16,
    accepting: JoinHandle<()>,
}

impl TlsFront {
    /// Shows this certificate, and passes on to `target` (`host:port`).
    ///
    /// # Panics
    /// When nobody may listen on loopback.
    pub async fn before(target: &str, own: &Issued) -> Self {
        let (acceptor, target) = (acceptor(own), target.to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|error| panic!("no port: {error}"));
        let address = listener.local_addr();
        let address = address.unwrap_or_else(|error| panic!("no port: {error}"));
        let accepting = tokio::spawn(async move {
            while let Ok((io, _)) = listener.accept().await {
                let (acceptor, target) = (acceptor.clone(), target.clone());
                tokio::spawn(async move {
                    let mut outer = acceptor.accept(io).await?;
                    let mut inner = TcpStream::connect(&target).await?;
                    copy_bidirectional(&mut outer, &mut inner).await
                });
            }
        });
        Self {
            port: address.port(),
            accepting,
        }
    }

    /// Where it listens, on loopback.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }
}

impl Drop for TlsFront {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

fn acceptor(own: &Issued) -> TlsAcceptor {
    let certificate = made(CertificateDer::from_pem_slice(own.certificate.as_bytes()));
    let key = made(PrivateKeyDer::from_pem_slice(own.key.as_bytes()));
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let builder =
        made(ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions());
    let config = builder
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key);
    TlsAcceptor::from(Arc::new(made(config)))
}

fn made<T, E: std::fmt::Display>(result: Result<T, E>) -> T {
    result.unwrap_or_else(|error| panic!("no TLS: {error}"))
}
