//! Spans as OTLP writes them.

use std::collections::BTreeMap;
use std::time::{SystemTime, UNIX_EPOCH};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{AnyValue, InstrumentationScope, KeyValue, any_value};
use opentelemetry_proto::tonic::resource::v1::Resource;
use opentelemetry_proto::tonic::trace::v1::span::SpanKind;
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use opentelemetry_proto::tonic::trace::v1::{ResourceSpans, ScopeSpans, Span, Status};

use crate::pipeline::Ended;
use crate::span::{Kind, Recording, Value};

/// What opens the spans.
const SCOPE: &str = "lifeboat";

/// Flags of a span (`SpanFlags`): its trace is sampled; it is known whether its parent is remote; it is.
const SAMPLED: u32 = 0x01;
const KNOWS_REMOTE: u32 = 0x100;
const IS_REMOTE: u32 = 0x200;

pub(crate) fn span(recording: &Recording) -> Span {
    let ended = recording.began + recording.took;
    let remote = if recording.has_remote_parent {
        IS_REMOTE
    } else {
        0
    };
    Span {
        trace_id: recording.context.trace.into_bytes().to_vec(),
        span_id: recording.context.span.get().to_be_bytes().to_vec(),
        parent_span_id: recording
            .parent
            .map(|parent| parent.span.get().to_be_bytes().to_vec())
            .unwrap_or_default(),
        flags: SAMPLED | KNOWS_REMOTE | remote,
        name: recording.name.clone().into_owned(),
        kind: match recording.kind {
            Kind::Internal => SpanKind::Internal,
            Kind::Server => SpanKind::Server,
            Kind::Client => SpanKind::Client,
        }
        .into(),
        start_time_unix_nano: nanoseconds(recording.began),
        end_time_unix_nano: nanoseconds(ended),
        attributes: recording
            .told()
            .into_iter()
            .map(|(key, value)| attribute(key, value))
            .collect(),
        status: recording.failed.then(|| Status {
            code: StatusCode::Error.into(),
            ..Status::default()
        }),
        ..Span::default()
    }
}

/// What is sent: the spans of each service under its name. `instance` tells this process from others.
pub(crate) fn request(
    spans: impl IntoIterator<Item = Ended>,
    instance: &str,
) -> ExportTraceServiceRequest {
    let mut of_services: BTreeMap<&'static str, Vec<Span>> = BTreeMap::new();
    for ended in spans {
        of_services
            .entry(ended.service)
            .or_default()
            .push(ended.span);
    }
    let resource_spans = of_services
        .into_iter()
        .map(|(service, spans)| ResourceSpans {
            resource: Some(resource(service, instance)),
            scope_spans: vec![ScopeSpans {
                scope: Some(InstrumentationScope {
                    name: SCOPE.to_owned(),
                    version: env!("CARGO_PKG_VERSION").to_owned(),
                    ..InstrumentationScope::default()
                }),
                spans,
                ..ScopeSpans::default()
            }],
            ..ResourceSpans::default()
        })
        .collect();
    ExportTraceServiceRequest { resource_spans }
}

fn resource(service: &'static str, instance: &str) -> Resource {
    let attributes = [
        ("service.name", Value::from(service)),
        ("service.version", Value::from(env!("CARGO_PKG_VERSION"))),
        ("service.instance.id", Value::from(instance.to_owned())),
        ("service.namespace", Value::from(SCOPE)),
    ];
    Resource {
        attributes: attributes
            .into_iter()
            .map(|(key, value)| attribute(key, value))
            .collect(),
        ..Resource::default()
    }
}

fn attribute(key: &str, value: Value) -> KeyValue {
    let value = match value {
        Value::Text(text) => any_value::Value::StringValue(text.into_owned()),
        Value::Number(number) => any_value::Value::IntValue(number),
        Value::Flag(flag) => any_value::Value::BoolValue(flag),
    };
    KeyValue {
        key: key.to_owned(),
        value: Some(AnyValue { value: Some(value) }),
        ..KeyValue::default()
    }
}

fn nanoseconds(instant: SystemTime) -> u64 {
    let since = instant.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_nanos()).unwrap_or(u64::MAX)
}
