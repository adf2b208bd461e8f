//! `lifeboat up`: serves what is configured.

use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use runtime::lifecycle::{Drain, Termination};
use runtime::server::Readiness;
use runtime::{admin, clock, metrics, telemetry};

use crate::outcome::Failure;
use crate::settings::Settings;
use crate::stack::Stack;

pub(crate) async fn run(settings: Settings) -> Result<ExitCode, Failure> {
    let mut termination = Termination::listen()?;
    let traces = telemetry::init(&settings.telemetry)?;
    runtime::open_files::take_all_allowed();
    metrics::install()?;
    let traces = traces.start();
    let drain = Drain::default();
    let started: Arc<OnceLock<Vec<Readiness>>> = Arc::default();
    let known = started.clone();
    let all_ready = move || {
        let services = known.get();
        services.is_some_and(|services| services.iter().all(|ready| ready()))
    };
    let admin = match &settings.admin {
        Some(part) => Some(admin::serve(part, drain.clone(), Arc::new(all_ready))?),
        None => None,
    };
    let clock = clock::system();
    let stack = tokio::select! {
        stack = Stack::start(settings, &clock) => stack?,
        () = termination.told() => return Err(Failure::told_to_stop()),
    };
    started.get_or_init(|| stack.readiness());
    if stack.is_empty() {
        return Err(Failure::usage("nothing is configured to be served")
            .next("name a gateway, identity or capabilities in lifeboat.toml; `lifeboat demo` needs no configuration"));
    }
    for (service, url) in stack.addresses() {
        tracing::info!(service, url, "ready");
    }
    termination.told().await;
    tracing::info!("draining");
    drain.begin();
    stack.stop().await?;
    traces.finish().await;
    if let Some(admin) = admin {
        admin.stop().await?;
    }
    Ok(ExitCode::SUCCESS)
}
