//! The way from a span that ended to the exporter. It is short: a span that finds no place in the queue is dropped and counted,
//! so that a collector that is slow or away costs no request anything.

use std::sync::OnceLock;

use opentelemetry_proto::tonic::trace::v1::Span;
use tokio::sync::mpsc;
use uuid::Uuid;

use crate::collector::{Collector, TraceError};
use crate::export::{Exporter, count};
use crate::otlp;
use crate::settings::{SampleRatio, Settings};
use crate::span::Recording;

/// Spans that may wait to be sent: a second or so of a busy service, and a few MiB.
const WAITING: usize = 4_096;

static PIPELINE: OnceLock<Pipeline> = OnceLock::new();

struct Pipeline {
    queue: mpsc::Sender<Ended>,
    ratio: SampleRatio,
}

/// A span as it is sent, and whose it is.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) service: &'static str,
    pub(crate) span: Span,
}

/// Switches traces on for the whole process. What it returns sends them, once it is started.
///
/// # Errors
/// When a setting is wrong or a file cannot be read, named; or traces are on already.
pub fn install(settings: &Settings) -> Result<Exporter, TraceError> {
    let collector = Collector::new(settings)?;
    let (queue, waiting) = mpsc::channel(WAITING);
    let pipeline = Pipeline {
        queue,
        ratio: settings.sample_ratio,
    };
    PIPELINE.set(pipeline).map_err(|_| TraceError::Twice)?;
    Ok(Exporter::new(waiting, collector))
}

/// Whether traces are on.
#[must_use]
pub fn is_on() -> bool {
    PIPELINE.get().is_some()
}

/// Whether the trace of a request is sampled.
pub(crate) fn is_chosen(request: Uuid) -> bool {
    PIPELINE
        .get()
        .is_some_and(|pipeline| pipeline.ratio.takes(request))
}

/// Hands a span over to the exporter, or drops it.
pub(crate) fn offer(recording: &Recording) {
    let Some(pipeline) = PIPELINE.get() else {
        return;
    };
    let Ok(place) = pipeline.queue.try_reserve() else {
        count("queue-full", 1);
        return;
    };
    place.send(Ended {
        service: recording.context.service,
        span: otlp::span(recording),
    });
}
