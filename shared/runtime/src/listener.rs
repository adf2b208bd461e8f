//! Accepts connections, plain or TLS, and answers HTTP/1.1 on them.

use std::net::TcpListener;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use actix_http::HttpService;
use actix_http::error::DispatchError;
use actix_server::Server;
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config,
};
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service};
use actix_web::{Error, HttpRequest};
use tls::{Acceptor, Era};
use tokio::net::TcpStream;

use crate::server::Settings;
use crate::stream::{Connection, Stream};

/// Seconds for a client to take leave of a connection that ends with part of its body unread.
const LEAVE: Duration = Duration::from_secs(1);

/// Builds a server on `listener`; it accepts once it is polled. Connections go through `guard` before a byte of them is
/// read, and requests within `head_timeout` (zero: the guard sees to it) to the application that `factory` makes for each
/// worker.
///
/// # Errors
/// When the listener cannot be used.
pub fn build<F, A, S, B, G, C>(
    settings: &Settings,
    listener: TcpListener,
    tls: Option<Acceptor>,
    head_timeout: Duration,
    guard: G,
    factory: F,
) -> std::io::Result<Server>
where
    F: Fn() -> A + Send + Clone + 'static,
    A: IntoServiceFactory<S, actix_http::Request> + 'static,
    S: ServiceFactory<actix_http::Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<actix_http::Response<B>> + 'static,
    <S::Service as Service<actix_http::Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
    G: Fn(Stream) -> C + Send + Clone + 'static,
    C: Connection + 'static,
{
    let address = listener.local_addr()?;
    let keep_alive = Duration::from_secs(settings.keep_alive_s);
    let patience = Duration::from_millis(settings.head_timeout_ms);
    let bound = settings.requests_per_connection;
    let builder = Server::build()
        .disable_signals()
        .max_concurrent_connections(settings.max_connections)
        .shutdown_timeout(settings.stop_timeout_s)
        .workers(settings.threads());
    let shutdown = builder.graceful_shutdown_signal();
    let server = builder.listen("http", listener, move || {
        let (shutdown, guard, tls) = (shutdown.clone(), guard.clone(), tls.clone());
        let application = factory()
            .into_factory()
            .map_err(|error: S::Error| error.into().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let shutdown = shutdown.clone();
                async move { shutdown.notified().await }
            })
            .keep_alive(keep_alive)
            .client_request_timeout(head_timeout)
            .client_disconnect_timeout(LEAVE)
            .local_addr(address)
            .on_connect_ext(move |connection: &C, kept| {
                kept.insert(Requests::bounded(bound));
                if let Some(era) = connection.era() {
                    kept.insert(era.clone());
                }
            })
            .h1(map_config(application, move |()| AppConfig::default()));
        fn_service(move |io: TcpStream| {
            let (guard, tls) = (guard.clone(), tls.clone());
            async move {
                let peer = io.peer_addr().ok();
                // Answers are small: waiting to fill a segment only delays them. A socket that refuses is still usable.
                let _ = io.set_nodelay(true);
                match Stream::accept(io, tls.as_ref(), patience).await {
                    Ok(stream) => Ok((guard(stream), peer)),
                    Err(error) => Err(DispatchError::Io(error)),
                }
            }
        })
        .and_then(http)
    })?;
    Ok(server.run())
}

/// Whether the connection that `request` came over is to be closed after the answer: it was made under other certificates than
/// those of now, or has been kept for as many requests as a connection is. To be asked once for each request.
#[must_use]
pub fn is_over(request: &HttpRequest) -> bool {
    let is_last = request
        .conn_data::<Requests>()
        .is_some_and(Requests::is_last);
    is_last || request.conn_data::<Era>().is_some_and(Era::is_over)
}

/// How many requests a connection is still kept for.
#[derive(Debug)]
struct Requests(Option<AtomicU32>);

impl Requests {
    /// So many; as many as come where it is 0.
    fn bounded(most: u32) -> Self {
        Self((most > 0).then(|| most.into()))
    }

    /// Counts one, and says whether it is the last.
    fn is_last(&self) -> bool {
        self.0
            .as_ref()
            .is_some_and(|left| left.fetch_sub(1, Ordering::Relaxed) <= 1)
    }
}
