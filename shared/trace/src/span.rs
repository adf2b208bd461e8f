//! A part of a request's work, from when it is opened until it is dropped.

use std::borrow::Cow;
use std::future::Future;
use std::num::NonZeroU64;
use std::sync::PoisonError;
use std::time::{Duration, Instant, SystemTime};

use tokio::task::futures::TaskLocalFuture;
use uuid::Uuid;

use crate::context::{Context, Parent};
use crate::pipeline;
use crate::scope::{Attributes, Scope, context};

/// Why a span failed, as the semantic conventions call it.
const ERROR_TYPE: &str = "error.type";

/// A key and what it is.
pub(crate) type Attribute = (&'static str, Value);

/// What an attribute is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A text.
    Text(Cow<'static, str>),
    /// A number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

impl From<&'static str> for Value {
    fn from(text: &'static str) -> Self {
        Self::Text(text.into())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Self::Text(text.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Self::Number(number.into())
    }
}

impl From<usize> for Value {
    fn from(number: usize) -> Self {
        Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

/// Whose work a span is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Within the service.
    Internal,
    /// A request that was received.
    Server,
    /// A request to another server or database, and the wait for its answer.
    Client,
}

/// A part of the work. Told to the collector when dropped, where its trace is sampled; otherwise it only says where in the trace
/// the work is, for logs and for those that are called.
#[derive(Debug)]
pub struct Span {
    scope: Scope,
    recording: Option<Box<Recording>>,
}

/// What is told of a span.
#[derive(Debug)]
pub(crate) struct Recording {
    pub(crate) context: Context,
    pub(crate) parent: Option<Parent>,
    /// Whether the parent is another process's.
    pub(crate) has_remote_parent: bool,
    pub(crate) kind: Kind,
    pub(crate) name: Cow<'static, str>,
    pub(crate) began: SystemTime,
    pub(crate) took: Duration,
    pub(crate) failed: bool,
    started: Instant,
    attributes: Attributes,
}

impl Span {
    /// A request that came in at the edge, from where no trace is taken over. It is the root of the trace of this request's id.
    #[must_use]
    pub fn edge(service: &'static str, request: Uuid) -> Self {
        if !pipeline::is_on() {
            return Self::none();
        }
        let context = Context {
            trace: request,
            span: new_id(),
            sampled: pipeline::is_chosen(request),
            service,
        };
        Self::open(context, None, Kind::Server, "request")
    }

    /// A request of another service of this site, which says in `header` where it was sent from; where it does not, it belongs
    /// to no trace.
    #[must_use]
    pub fn server<'a>(service: &'static str, header: impl FnOnce() -> Option<&'a str>) -> Self {
        let read = || header().and_then(Parent::read);
        let Some(parent) = pipeline::is_on().then(read).flatten() else {
            return Self::none();
        };
        let context = Context {
            trace: parent.trace,
            span: new_id(),
            sampled: parent.sampled,
            service,
        };
        let mut span = Self::open(context, Some(parent), Kind::Server, "request");
        if let Some(recording) = &mut span.recording {
            recording.has_remote_parent = true;
        }
        span
    }

    /// A part of the work around this call.
    #[must_use]
    pub fn child(kind: Kind, name: &'static str) -> Self {
        match context() {
            Some(around) if around.sampled => {
                let parent = Parent {
                    trace: around.trace,
                    span: around.span,
                    sampled: true,
                };
                let context = Context {
                    span: new_id(),
                    ..around
                };
                Self::open(context, Some(parent), kind, name)
            }
            _ => Self {
                scope: Scope::current(),
                recording: None,
            },
        }
    }

    /// A part that has just ended, after so long.
    pub fn ended(mut self, took: Duration) {
        if let Some(recording) = &mut self.recording {
            recording.began = recording.began.checked_sub(took).unwrap_or(recording.began);
            recording.started = recording
                .started
                .checked_sub(took)
                .unwrap_or(recording.started);
        }
    }

    /// Of no trace.
    #[must_use]
    pub fn none() -> Self {
        Self {
            scope: Scope::default(),
            recording: None,
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "a span tells when it was on the machine's clock; nothing is decided by it"
    )]
    fn open(context: Context, parent: Option<Parent>, kind: Kind, name: &'static str) -> Self {
        if !context.sampled {
            return Self {
                scope: Scope::new(context, None),
                recording: None,
            };
        }
        let attributes = Attributes::default();
        Self {
            scope: Scope::new(context, Some(attributes.clone())),
            recording: Some(Box::new(Recording {
                context,
                parent,
                has_remote_parent: false,
                kind,
                name: name.into(),
                began: SystemTime::now(),
                took: Duration::ZERO,
                failed: false,
                started: Instant::now(),
                attributes,
            })),
        }
    }

    /// Whether what it is told goes to the collector; otherwise it need not be told.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        self.recording.is_some()
    }

    /// Its place in the trace, which a call to another service takes along; none outside of a traced request.
    #[must_use]
    pub fn context(&self) -> Option<Context> {
        self.scope.context()
    }

    /// Names it by what it turned out to be. Of few possible names, none of them with a value out of a path or a statement.
    pub fn rename(&mut self, name: impl FnOnce() -> String) {
        if let Some(recording) = &mut self.recording {
            recording.name = name().into();
        }
    }

    /// Tells something of it. Never a person's data, nor a value out of a path or a statement.
    pub fn set<V: Into<Value>>(&mut self, key: &'static str, value: impl FnOnce() -> V) {
        if let Some(recording) = &self.recording {
            recording.tell(key, value().into());
        }
    }

    /// It did not do what it was for; `why` is a class of failures, without anybody's words.
    pub fn fail(&mut self, why: impl Into<Value>) {
        if let Some(recording) = &mut self.recording {
            recording.failed = true;
            recording.tell(ERROR_TYPE, why.into());
        }
    }

    /// Has `future` work in it.
    pub fn within<F: Future>(&self, future: F) -> TaskLocalFuture<Scope, F> {
        self.scope.clone().run(future)
    }

    /// The same for what does not wait.
    pub fn enter<R>(&self, work: impl FnOnce() -> R) -> R {
        self.scope.clone().run_blocking(work)
    }
}

impl Recording {
    fn tell(&self, key: &'static str, value: Value) {
        let mut attributes = self
            .attributes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        attributes.push((key, value));
    }

    /// What it was told.
    pub(crate) fn told(&self) -> Vec<Attribute> {
        let mut attributes = self
            .attributes
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *attributes)
    }
}

impl Drop for Span {
    fn drop(&mut self) {
        if let Some(mut recording) = self.recording.take() {
            recording.took = recording.started.elapsed();
            pipeline::offer(&recording);
        }
    }
}

/// Not secret, and unlikely to be taken within one trace.
fn new_id() -> NonZeroU64 {
    NonZeroU64::new(fastrand::u64(1..)).unwrap_or(NonZeroU64::MIN)
}
