//! The listener: actix's HTTP/1.1 behind a guard that judges every head before it is parsed.

use std::net::TcpListener;
use std::time::Duration;

use actix_http::HttpService;
use actix_server::Server;
use actix_service::{
    IntoServiceFactory, ServiceFactory, ServiceFactoryExt, fn_service, map_config,
};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service};
use runtime::server::Settings;
use tokio::net::TcpStream;

use self::guard::{Bounds, Guarded};
use self::head::HeadLimits;
use crate::settings::Limits;

mod fault;
mod framing;
mod guard;
mod head;

/// Seconds for a client to take leave of a connection that ends with part of its body unread.
const LEAVE: Duration = Duration::from_secs(1);

/// Builds the server; it accepts once it is polled.
///
/// # Errors
/// When the listener cannot be used.
pub(crate) fn server<F, A, S, B>(
    settings: &Settings,
    limits: &Limits,
    listener: TcpListener,
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
{
    let address = listener.local_addr()?;
    let bounds = Bounds {
        limits: HeadLimits {
            target: limits.target_bytes,
            head: limits.head_bytes,
        },
        head_timeout: Duration::from_millis(settings.head_timeout_ms),
        write_timeout: Duration::from_millis(limits.write_timeout_ms),
    };
    let keep_alive = Duration::from_secs(settings.keep_alive_s);
    let mut builder = Server::build()
        .disable_signals()
        .max_concurrent_connections(settings.max_connections)
        .shutdown_timeout(settings.stop_timeout_s);
    if settings.workers > 0 {
        builder = builder.workers(settings.workers);
    }
    let shutdown = builder.graceful_shutdown_signal();
    let server = builder.listen("gateway", listener, move || {
        let shutdown = shutdown.clone();
        let application = factory()
            .into_factory()
            .map_err(|error: S::Error| error.into().error_response());
        let http = HttpService::build()
            .graceful_shutdown_signal(move || {
                let shutdown = shutdown.clone();
                async move { shutdown.notified().await }
            })
            .keep_alive(keep_alive)
            // The guard bounds every head, not the first one only.
            .client_request_timeout(Duration::ZERO)
            .client_disconnect_timeout(LEAVE)
            .local_addr(address)
            .h1(map_config(application, move |()| AppConfig::default()));
        fn_service(move |io: TcpStream| async move {
            let peer = io.peer_addr().ok();
            // Answers are small: waiting to fill a segment only delays them. A socket that refuses is still usable.
            let _ = io.set_nodelay(true);
            Ok((Guarded::new(io, bounds), peer))
        })
        .and_then(http)
    })?;
    Ok(server.run())
}
