//! Whether a capability can answer, told so that "no snapshot yet" is not mistaken for "database gone".

use std::sync::Arc;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, web};
use runtime::clock::SharedClock;
use runtime::lifecycle::Drain;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::SnapshotInfo;
use crate::filing::Desk;
use crate::measures::Measures;
use crate::serving::Records;

/// The state of a capability.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// It answers.
    Ready,
    /// It runs, and waits for its first snapshot.
    NoSnapshot,
    /// Its database does not answer.
    DatabaseGone,
    /// It answers lookups, and takes no applications: the journal's database does not answer.
    JournalGone,
    /// It is on its way out.
    Draining,
}

impl State {
    pub(crate) const ALL: [Self; 5] = [
        Self::Ready,
        Self::NoSnapshot,
        Self::DatabaseGone,
        Self::JournalGone,
        Self::Draining,
    ];

    /// The name as it is shown.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::NoSnapshot => "no-snapshot",
            Self::DatabaseGone => "database-gone",
            Self::JournalGone => "journal-gone",
            Self::Draining => "draining",
        }
    }

    /// Whether requests should come. Who looks something up is not turned away because nothing can be filed.
    pub(crate) const fn answers(self) -> bool {
        matches!(self, Self::Ready | Self::JournalGone)
    }
}

/// The answer of `/readyz`.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
pub struct Health {
    /// The capability's name.
    pub capability: String,
    /// Its state.
    pub state: State,
    /// The snapshot in service.
    pub snapshot: Option<SnapshotInfo>,
    /// Seconds since the agency took it.
    pub age_seconds: Option<i64>,
}

pub(crate) struct Probe {
    pub(crate) capability: &'static str,
    pub(crate) records: Arc<Records>,
    pub(crate) clock: SharedClock,
    pub(crate) drain: Drain,
    /// Where applications are taken; none where nothing can be filed.
    pub(crate) desk: Option<Arc<Desk>>,
}

impl Probe {
    /// Has `measures` show how things are.
    pub(crate) fn measure(&self, measures: &mut Measures) {
        measures.show(self.state(), self.records.info(), self.clock.now());
    }

    fn state(&self) -> State {
        if self.drain.has_begun() {
            return State::Draining;
        }
        match self.records.state() {
            State::Ready if self.desk.as_ref().is_some_and(|desk| !desk.is_open()) => {
                State::JournalGone
            }
            state => state,
        }
    }
}

pub(crate) fn routes(config: &mut web::ServiceConfig) {
    config
        .route("/livez", web::get().to(live))
        .route("/readyz", web::get().to(ready));
}

async fn live() -> HttpResponse {
    HttpResponse::Ok().body("alive\n")
}

async fn ready(probe: web::Data<Probe>) -> HttpResponse {
    let state = probe.state();
    let snapshot = probe.records.info();
    let age_seconds = snapshot
        .as_ref()
        .map(|info| (probe.clock.now() - info.taken_at).num_seconds());
    let status = if state.answers() {
        StatusCode::OK
    } else {
        StatusCode::SERVICE_UNAVAILABLE
    };
    let health = Health {
        capability: probe.capability.to_owned(),
        state,
        snapshot,
        age_seconds,
    };
    HttpResponse::build(status).json(health)
}
