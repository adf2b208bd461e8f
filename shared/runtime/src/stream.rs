//! An accepted connection, plain or TLS.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use tls::{Acceptor, Era};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

/// A connection that requests come over.
pub trait Connection: AsyncRead + AsyncWrite + Unpin {
    /// Under which certificates it was made; `None` for a plain one.
    fn era(&self) -> Option<&Era>;
}

/// An accepted connection.
#[derive(Debug)]
pub struct Stream(Kind);

#[derive(Debug)]
enum Kind {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>, Era),
}

impl Stream {
    /// Shakes hands where there is TLS, within `patience`.
    ///
    /// # Errors
    /// When the other side is too slow, speaks something else, or is not believed.
    pub(crate) async fn accept(
        io: TcpStream,
        tls: Option<&Acceptor>,
        patience: Duration,
    ) -> io::Result<Self> {
        let Some(tls) = tls else {
            return Ok(Self(Kind::Plain(io)));
        };
        let era = tls.era();
        let handshake = TlsAcceptor::from(tls.config()).accept(io);
        let shaken = timeout(patience, handshake)
            .await
            .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()));
        let outcome = if shaken.is_ok() { "made" } else { "refused" };
        metrics::counter!("lifeboat_tls_handshakes_total", "outcome" => outcome).increment(1);
        match shaken {
            Ok(stream) => Ok(Self(Kind::Tls(Box::new(stream), era))),
            Err(error) => {
                tracing::debug!(%error, "no TLS connection");
                Err(error)
            }
        }
    }
}

impl Connection for Stream {
    fn era(&self) -> Option<&Era> {
        match &self.0 {
            Kind::Plain(_) => None,
            Kind::Tls(_, era) => Some(era),
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Kind::Plain(io) => Pin::new(io).poll_read(context, buffer),
            Kind::Tls(io, _) => Pin::new(io).poll_read(context, buffer),
        }
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match &mut self.0 {
            Kind::Plain(io) => Pin::new(io).poll_write(context, bytes),
            Kind::Tls(io, _) => Pin::new(io).poll_write(context, bytes),
        }
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Kind::Plain(io) => Pin::new(io).poll_flush(context),
            Kind::Tls(io, _) => Pin::new(io).poll_flush(context),
        }
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        match &mut self.0 {
            Kind::Plain(io) => Pin::new(io).poll_shutdown(context),
            Kind::Tls(io, _) => Pin::new(io).poll_shutdown(context),
        }
    }
}
