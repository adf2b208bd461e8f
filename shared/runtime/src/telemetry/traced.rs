//! Log lines that say which trace they belong to.

use std::fmt;

use trace::{Context, Scope};
use tracing::{Event, Subscriber};
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

/// Writes a line as `inner` does, with `trace_id` and `span_id` where it is written for a traced request: as members of the
/// object, or at the line's end (OpenTelemetry, "Trace Context in non-OTLP Log Formats").
pub(super) struct Traced<F> {
    inner: F,
    add: fn(&mut Writer<'_>, &str, Context) -> fmt::Result,
}

impl<F> Traced<F> {
    pub(super) fn text(inner: F) -> Self {
        Self {
            inner,
            add: at_the_end,
        }
    }

    pub(super) fn json(inner: F) -> Self {
        Self {
            inner,
            add: as_members,
        }
    }
}

impl<S, N, F> FormatEvent<S, N> for Traced<F>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
    F: FormatEvent<S, N>,
{
    fn format_event(
        &self,
        context: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let Some(traced) = Scope::current().context() else {
            return self.inner.format_event(context, writer, event);
        };
        let mut line = String::new();
        self.inner
            .format_event(context, Writer::new(&mut line), event)?;
        (self.add)(&mut writer, &line, traced)
    }
}

fn at_the_end(writer: &mut Writer<'_>, line: &str, context: Context) -> fmt::Result {
    let (trace, span) = (context.trace_id().simple(), context.span_id());
    let line = line.trim_end_matches('\n');
    writeln!(writer, "{line} trace_id={trace} span_id={span:016x}")
}

fn as_members(writer: &mut Writer<'_>, line: &str, context: Context) -> fmt::Result {
    let (trace, span) = (context.trace_id().simple(), context.span_id());
    let members = line.strip_prefix('{').ok_or(fmt::Error)?;
    write!(
        writer,
        r#"{{"trace_id":"{trace}","span_id":"{span:016x}",{members}"#
    )
}
