use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use audit::AuditLog;
use runtime::lifecycle::Drain;
use serde::Serialize;

use crate::gate::SERVICE;

/// Whether tokens can be issued, as the last look at the database told.
#[derive(Clone, Debug)]
pub(crate) struct Readiness {
    pub(crate) drain: Drain,
    pub(crate) store_answers: Arc<AtomicBool>,
    /// Nobody is signed in without a record of it.
    pub(crate) audit: AuditLog,
}

impl Readiness {
    pub(crate) fn is_ready(&self) -> bool {
        self.store_answers.load(Ordering::Relaxed) && self.audit.is_open()
    }
}

/// The same members as a capability's, so that the gateway reads all alike.
#[derive(Serialize)]
struct Health {
    capability: &'static str,
    state: &'static str,
    snapshot: Option<()>,
    age_seconds: Option<i64>,
}

pub(super) async fn live() -> HttpResponse {
    HttpResponse::Ok().body("alive\n")
}

pub(super) async fn ready(readiness: web::Data<Readiness>) -> HttpResponse {
    let (status, state) = if readiness.drain.has_begun() {
        (StatusCode::SERVICE_UNAVAILABLE, "draining")
    } else if readiness.is_ready() {
        (StatusCode::OK, "ready")
    } else {
        (StatusCode::SERVICE_UNAVAILABLE, "database-gone")
    };
    HttpResponse::build(status).json(Health {
        capability: SERVICE,
        state,
        snapshot: None,
        age_seconds: None,
    })
}
