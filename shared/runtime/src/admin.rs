//! The admin port: metrics and probes, never public.

use std::net::SocketAddr;

use actix_web::http::StatusCode;
use actix_web::{App, HttpResponse, web};
use serde::Deserialize;

use crate::lifecycle::Drain;
use crate::server::{self, Readiness, Running};

/// Where the admin port listens.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The address; keep it off public networks.
    pub listen: SocketAddr,
}

/// Serves `/metrics`, `/livez` and `/readyz` until stopped.
///
/// # Errors
/// When the address is taken.
pub fn serve(settings: &Settings, drain: Drain, ready: Readiness) -> std::io::Result<Running> {
    let listener = server::Settings {
        listen: settings.listen,
        workers: 1,
        drain_delay_ms: 0,
        ..Default::default()
    };
    let socket = server::bind(&listener)?;
    let draining = drain.clone();
    server::serve(&listener, socket, None, drain, move || {
        let (ready, draining) = (ready.clone(), draining.clone());
        App::new()
            .route(
                "/metrics",
                web::get().to(|| async {
                    HttpResponse::Ok()
                        .content_type("text/plain; version=0.0.4; charset=utf-8")
                        .body(crate::metrics::render())
                }),
            )
            .route(
                "/livez",
                web::get().to(|| async { HttpResponse::Ok().body("alive\n") }),
            )
            .route(
                "/readyz",
                web::get().to(move || {
                    let serving = ready() && !draining.has_begun();
                    async move {
                        if serving {
                            HttpResponse::Ok().body("ready\n")
                        } else {
                            HttpResponse::build(StatusCode::SERVICE_UNAVAILABLE).body("not ready\n")
                        }
                    }
                }),
            )
    })
}
