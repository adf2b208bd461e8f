//! The listener: HTTP/1.1 behind a guard that judges every head before it is parsed.

use std::net::TcpListener;
use std::time::Duration;

use actix_http::Request;
use actix_server::Server;
use actix_service::{IntoServiceFactory, ServiceFactory};
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{AppConfig, Service};
use runtime::listener;
use runtime::server::Settings;
use tls::Acceptor;

use self::guard::{Bounds, Guarded};
use self::head::HeadLimits;
use crate::settings::Limits;

mod fault;
mod framing;
mod guard;
mod head;

/// Builds the server; it accepts once it is polled.
///
/// # Errors
/// When the listener cannot be used.
pub(crate) fn server<F, A, S, B>(
    settings: &Settings,
    limits: &Limits,
    listener: TcpListener,
    tls: Option<Acceptor>,
    factory: F,
) -> std::io::Result<Server>
where
    F: Fn() -> A + Send + Clone + 'static,
    A: IntoServiceFactory<S, Request> + 'static,
    S: ServiceFactory<Request, Config = AppConfig> + 'static,
    S::Error: Into<Error> + 'static,
    S::InitError: std::fmt::Debug,
    S::Response: Into<actix_http::Response<B>> + 'static,
    <S::Service as Service<Request>>::Future: 'static,
    S::Service: 'static,
    B: MessageBody + 'static,
{
    let bounds = Bounds {
        limits: HeadLimits {
            target: limits.target_bytes,
            head: limits.head_bytes,
        },
        head_timeout: Duration::from_millis(settings.head_timeout_ms),
        write_timeout: Duration::from_millis(limits.write_timeout_ms),
    };
    // The guard bounds every head in time, not the first one only.
    let head_timeout = Duration::ZERO;
    let guard = move |stream| Guarded::new(stream, bounds);
    listener::build(settings, listener, tls, head_timeout, guard, factory)
}
