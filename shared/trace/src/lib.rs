//! Traces: which work a request caused, in which service, and how long each part took, told to an OpenTelemetry collector over
//! OTLP.
//!
//! Only spans that this project opens by name are told, and only attributes that it sets: what a library writes into spans of
//! its own never leaves the process. Where traces are off, or a trace is not sampled, a span is a few bytes on the stack.
//!
//! A trace's id is the request's id. Whether it is sampled is decided once, at the edge; services follow.

mod collector;
mod context;
mod export;
mod otlp;
mod pipeline;
mod scope;
mod settings;
mod span;

pub use collector::TraceError;
pub use context::{Context, Parent, TRACEPARENT, TRACERESPONSE};
pub use export::{Exporter, Exporting};
pub use pipeline::{install, is_on};
pub use scope::{Scope, note};
pub use settings::{Protocol, SampleRatio, Settings};
pub use span::{Kind, Span, Value};
