//! A collector of traces: takes OTLP over HTTP on loopback and keeps what it is sent.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value::Value};
use opentelemetry_proto::tonic::trace::v1::status::StatusCode;
use prost::Message;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// Whether the parent of a span is another process's (`SpanFlags`).
const IS_REMOTE: u32 = 0x200;

/// A span as it was sent.
#[derive(Clone, Debug)]
pub struct Span {
    /// Whose it is.
    pub service: String,
    /// In hexadecimal, as headers and logs have it.
    pub trace: String,
    /// In hexadecimal.
    pub id: String,
    /// In hexadecimal; empty for the root.
    pub parent: String,
    /// Whether the parent is another process's.
    pub has_remote_parent: bool,
    /// What it is called.
    pub name: String,
    /// `SPAN_KIND_SERVER` and so on.
    pub kind: String,
    /// What it tells, as text.
    pub attributes: BTreeMap<String, String>,
    /// Whether it failed.
    pub failed: bool,
    /// When it began, in nanoseconds since 1970.
    pub began: u64,
    /// When it ended.
    pub ended: u64,
}

/// How a collector answers.
#[derive(Clone, Copy, Debug)]
pub enum Answer {
    /// It takes what it is sent.
    Taken,
    /// It says to come back later (503).
    Later,
    /// It wants none of it (400).
    Refused,
    /// It says nothing.
    Silence,
}

/// A running collector. It ends when it is dropped.
#[derive(Debug)]
pub struct Collector {
    address: SocketAddr,
    kept: Kept,
    task: JoinHandle<()>,
}

/// What was sent: the head of each request, and the spans that were taken.
#[derive(Clone, Debug, Default)]
struct Kept {
    heads: Arc<Mutex<Vec<String>>>,
    spans: Arc<Mutex<Vec<Span>>>,
    bytes: Arc<Mutex<Vec<u8>>>,
}

impl Collector {
    /// Starts one that takes everything.
    ///
    /// # Panics
    /// When loopback has no port left.
    pub async fn start() -> Self {
        Self::answering(Answer::Taken).await
    }

    /// Starts one that answers so.
    ///
    /// # Panics
    /// When loopback has no port left.
    pub async fn answering(answer: Answer) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await;
        let listener = listener.unwrap_or_else(|error| panic!("no port for a collector: {error}"));
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("a collector without an address: {error}"));
        let kept = Kept::default();
        let own = kept.clone();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let kept = own.clone();
                tokio::spawn(async move { kept.serve(stream, answer).await });
            }
        });
        Self {
            address,
            kept,
            task,
        }
    }

    /// Its address, as `telemetry.traces.endpoint` takes it.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The spans so far.
    #[must_use]
    pub fn spans(&self) -> Vec<Span> {
        locked(&self.kept.spans).clone()
    }

    /// The heads of the requests so far.
    #[must_use]
    pub fn heads(&self) -> Vec<String> {
        locked(&self.kept.heads).clone()
    }

    /// Everything that was sent, as text, where it is text.
    #[must_use]
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&locked(&self.kept.bytes)).into_owned()
    }

    /// The spans of one trace, once there are such that satisfy `whole`.
    ///
    /// # Panics
    /// With the spans so far, when the time is over.
    pub async fn trace(
        &self,
        id: &str,
        within: Duration,
        whole: impl Fn(&[Span]) -> bool,
    ) -> Vec<Span> {
        let deadline = Instant::now() + within;
        loop {
            let mut spans = self.spans();
            spans.retain(|span| span.trace == id);
            if whole(&spans) {
                return spans;
            }
            assert!(
                Instant::now() < deadline,
                "the trace {id} is not whole: {spans:#?}"
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl Kept {
    /// Requests of one connection, until it ends or sends something that is none.
    async fn serve(&self, mut stream: TcpStream, answer: Answer) {
        let mut read = Vec::new();
        while let Some((head, body)) = request(&mut stream, &mut read).await {
            locked(&self.heads).push(head);
            locked(&self.bytes).extend_from_slice(&body);
            let status = match answer {
                Answer::Taken => {
                    let Ok(sent) = ExportTraceServiceRequest::decode(&*body) else {
                        return;
                    };
                    locked(&self.spans).extend(spans(sent));
                    "200 OK"
                }
                Answer::Later => "503 Service Unavailable",
                Answer::Refused => "400 Bad Request",
                Answer::Silence => std::future::pending().await,
            };
            let head = format!(
                "HTTP/1.1 {status}\r\nContent-Type: application/x-protobuf\r\nContent-Length: 0\r\n\r\n"
            );
            if stream.write_all(head.as_bytes()).await.is_err() {
                return;
            }
        }
    }
}

/// The next request: its head and its body.
async fn request(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<(String, Vec<u8>)> {
    let end = loop {
        if let Some(at) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            break at + 4;
        }
        more(stream, read).await?;
    };
    let head = String::from_utf8(read.drain(..end).collect()).ok()?;
    let length: usize = head
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))?
        .1
        .trim()
        .parse()
        .ok()?;
    while read.len() < length {
        more(stream, read).await?;
    }
    Some((head, read.drain(..length).collect()))
}

async fn more(stream: &mut TcpStream, read: &mut Vec<u8>) -> Option<()> {
    let count = stream.read_buf(read).await.ok()?;
    (count > 0).then_some(())
}

fn spans(sent: ExportTraceServiceRequest) -> Vec<Span> {
    let mut spans = Vec::new();
    for of_service in sent.resource_spans {
        let resource = of_service.resource.unwrap_or_default();
        let service = told(resource.attributes)
            .remove("service.name")
            .unwrap_or_default();
        for span in of_service
            .scope_spans
            .into_iter()
            .flat_map(|scope| scope.spans)
        {
            spans.push(Span {
                service: service.clone(),
                trace: hexadecimal(&span.trace_id),
                id: hexadecimal(&span.span_id),
                parent: hexadecimal(&span.parent_span_id),
                has_remote_parent: span.flags & IS_REMOTE != 0,
                kind: span.kind().as_str_name().to_owned(),
                failed: span
                    .status
                    .as_ref()
                    .is_some_and(|status| status.code() == StatusCode::Error),
                name: span.name,
                attributes: told(span.attributes),
                began: span.start_time_unix_nano,
                ended: span.end_time_unix_nano,
            });
        }
    }
    spans
}

fn told(attributes: Vec<KeyValue>) -> BTreeMap<String, String> {
    let text = |value| match value {
        Value::StringValue(text) => text,
        Value::IntValue(number) => number.to_string(),
        Value::BoolValue(flag) => flag.to_string(),
        other => format!("{other:?}"),
    };
    attributes
        .into_iter()
        .filter_map(|pair| Some((pair.key, text(pair.value?.value?))))
        .collect()
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a String does not fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
