//! Runs a capability: alone as a process, or beside others in one.

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use access::descriptor::Descriptor;
use access::internal::InternalVerifier;
use access::policy::PolicyStore;
use actix_web::middleware::from_fn;
use actix_web::{App, web};
use runtime::lifecycle::Drain;
use runtime::operations;
use runtime::process::StartError;
use runtime::server::{self, Running};
use tls::MutualTls;
use tokio::sync::Semaphore;

use crate::declaration::Capability;
use crate::filing::{self, Attended};
use crate::gate::{self, Gate};
use crate::health::{self, State};
use crate::serving::{self, Databases, Records};
use crate::settings::{Parts, Settings};

/// The whole `main` of a capability's process.
#[must_use]
pub fn main(capability: Capability) -> ExitCode {
    runtime::process::run(move |settings: Settings| async move {
        let parts = Parts::read(&settings, runtime::clock::system())?;
        start(capability, &settings, parts).await
    })
}

/// Starts a capability's listener; it answers as soon as a snapshot is in service.
///
/// # Errors
/// When the listener's address is taken, the policies do not compile, or a database's URL is not understood. A database
/// that does not answer yet is not an error: readiness says so.
pub async fn start(
    capability: Capability,
    settings: &Settings,
    parts: Parts,
) -> Result<Running, StartError> {
    let drain = Drain::default();
    let clock = web::Data::from(parts.clock.clone());
    let limits = settings.limits;
    let mut databases = Databases::of(settings, &capability.system())?;
    let records = Arc::new(Records::default());
    records.refresh(&mut databases).await;
    let descriptor = Descriptor::from_openapi(&capability.openapi().to_json()?)?;
    let gate = web::Data::new(Gate {
        capability: capability.name,
        verifier: InternalVerifier::new(
            capability.name,
            &parts.internal_keys,
            &parts.trusted_services,
            parts.clock.clone(),
        )?,
        policies: PolicyStore::new([descriptor])?,
        places: Arc::new(Semaphore::new(limits.concurrent_requests)),
        body_bytes: limits.body_bytes,
    });
    let attended = filing::attend(&capability, settings.journal.as_ref(), &parts, &drain).await?;
    let (desk, work) = match attended {
        Some(Attended { desk, work }) => (Some(desk), Some(work)),
        None => (None, None),
    };
    let probe = web::Data::new(health::Probe {
        capability: capability.name,
        records: records.clone(),
        clock: parts.clock.clone(),
        drain: drain.clone(),
        desk: desk.clone(),
    });
    let shared = web::Data::from(records.clone());
    let callers = parts.trusted_services.services();
    let tls = match &settings.tls {
        Some(tls) => Some(MutualTls::open(tls)?.acceptor(callers)?),
        None => None,
    };
    let watched = probe.clone().into_inner();
    let listener = server::bind(&settings.server)?;
    let running = server::serve(&settings.server, listener, tls, drain.clone(), move || {
        let deadline = Duration::from_millis(limits.deadline_ms);
        let app = App::new()
            .configure(|config| operations::serve(config, |all| capability.operations(all)))
            .configure(health::routes)
            .app_data(gate.clone())
            .app_data(clock.clone())
            .app_data(probe.clone())
            .app_data(shared.clone())
            .configure(|config| {
                if let Some(desk) = desk.clone() {
                    config.app_data(web::Data::from(desk));
                }
            })
            .wrap(from_fn(gate::admit));
        runtime::http::bounded(app, capability.name, limits.body_bytes, deadline)
    })?;
    let known = records.clone();
    let running = running.with_readiness(Arc::new(move || known.state() == State::Ready));
    let every = Duration::from_millis(limits.snapshot_poll_ms);
    tokio::spawn(serving::watch(watched, databases, every));
    Ok(match work {
        Some(work) => running.with_work(work),
        None => running,
    })
}
