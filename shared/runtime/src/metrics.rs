//! Prometheus metrics. Code counts with the `metrics` crate's macros; the admin port shows the sum.

use std::sync::OnceLock;
use std::time::Duration;

use metrics_exporter_prometheus::{BuildError, Matcher, PrometheusBuilder, PrometheusHandle};

static RECORDER: OnceLock<PrometheusHandle> = OnceLock::new();

/// Upper bounds of duration buckets, in seconds.
const SECONDS: &[f64] = &[
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0,
];

/// Upper bounds of buckets of how many there were in one go.
const MANY: &[f64] = &[
    1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0, 1024.0, 2048.0,
];

/// Between folding recorded durations into their buckets: until then each takes memory of its own, also where nobody
/// ever asks for the sum.
const UPKEEP: Duration = Duration::from_secs(5);

/// Sets up the recorder once for the process; later calls do nothing.
///
/// # Errors
/// When another recorder was installed before.
pub fn install() -> Result<(), BuildError> {
    if RECORDER.get().is_none() {
        let handle = PrometheusBuilder::new()
            .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), SECONDS)?
            .set_buckets_for_metric(Matcher::Suffix("_entries".to_owned()), MANY)?
            .install_recorder()?;
        let upkept = handle.clone();
        std::thread::spawn(move || {
            loop {
                std::thread::sleep(UPKEEP);
                upkept.run_upkeep();
            }
        });
        ::metrics::gauge!("lifeboat_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
        // A second thread that came here at the same time has failed above; the first one's handle stays.
        let _ = RECORDER.set(handle);
    }
    Ok(())
}

/// Shows whether `service` should get requests, as its own readiness says.
pub fn ready(service: &'static str, is_ready: bool) {
    let shown = if is_ready { 1.0 } else { 0.0 };
    ::metrics::gauge!("lifeboat_ready", "service" => service).set(shown);
}

/// Everything counted so far, in Prometheus' text format; empty before [`install`].
#[must_use]
pub fn render() -> String {
    RECORDER.get().map_or_else(String::new, |handle| {
        handle.run_upkeep();
        handle.render()
    })
}
