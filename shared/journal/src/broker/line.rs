//! The line to the broker: the driver's own protocol over a connection that is ours, plain or TLS.
//!
//! The driver's TLS comes with a reader of PKCS #12 files and with it a second cryptographic library, and it takes nothing but
//! sockets. So TLS ends in this process: the driver holds one end of a connection over loopback, and what it says there is
//! sealed at the other.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;

use async_compat::{Compat, CompatExt};
use lapin::uri::AMQPUri;
use lapin::{AsyncTcpStream, Connection, ConnectionProperties};
use rustls::ClientConfig;
use rustls::pki_types::ServerName;
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsConnector;

/// Connects to the broker at `address`: by TLS where there is `tls`.
pub(super) async fn connect(
    address: AMQPUri,
    tls: Option<Arc<ClientConfig>>,
    properties: ConnectionProperties,
) -> lapin::Result<Connection> {
    let runtime = lapin::runtime::default_runtime()?;
    let opening = async move |address: AMQPUri, _| {
        let line = open(&address, tls.clone()).await?;
        Ok(AsyncTcpStream::Plain(line))
    };
    Connection::connector(address, runtime, opening, properties).await
}

async fn open(address: &AMQPUri, tls: Option<Arc<ClientConfig>>) -> io::Result<Compat<TcpStream>> {
    let authority = &address.authority;
    let line = TcpStream::connect((authority.host.as_str(), authority.port)).await?;
    line.set_nodelay(true)?;
    let Some(config) = tls else {
        return Ok(line.compat());
    };
    let name = ServerName::try_from(authority.host.clone()).map_err(io::Error::other)?;
    let mut secure = TlsConnector::from(config).connect(name, line).await?;
    let (near, mut far) = pair().await?;
    // Ends with either side: the driver notices as it does when a broker goes away.
    tokio::spawn(async move { copy_bidirectional(&mut far, &mut secure).await });
    Ok(near.compat())
}

/// Both ends of a connection within this process. Nobody else gets one of them, though the port is open for a moment.
async fn pair() -> io::Result<(TcpStream, TcpStream)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let near = TcpStream::connect(listener.local_addr()?).await?;
    loop {
        let (far, peer) = listener.accept().await?;
        if peer == near.local_addr()? {
            near.set_nodelay(true)?;
            far.set_nodelay(true)?;
            return Ok((near, far));
        }
    }
}
