//! Where in a trace the work under way belongs: set for a future, seen by everything that is called in it.

use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::task::futures::TaskLocalFuture;

use crate::context::Context;
use crate::span::{Attribute, Value};

tokio::task_local! {
    static CURRENT: Scope;
}

/// What a span that is recorded has been told, by itself and by what is called in it.
pub(crate) type Attributes = Arc<Mutex<Vec<Attribute>>>;

/// A span as those see it who are called in it; nothing outside of a traced request. Handed to another task, what that task
/// does for the request is seen in its trace.
#[derive(Clone, Debug, Default)]
pub struct Scope(Option<Active>);

#[derive(Clone, Debug)]
struct Active {
    context: Context,
    /// None where the trace is not sampled.
    attributes: Option<Attributes>,
}

impl Scope {
    pub(crate) fn new(context: Context, attributes: Option<Attributes>) -> Self {
        Self(Some(Active {
            context,
            attributes,
        }))
    }

    /// The one around this call.
    #[must_use]
    pub fn current() -> Self {
        CURRENT.try_with(Self::clone).unwrap_or_default()
    }

    /// Its place in the trace.
    #[must_use]
    pub fn context(&self) -> Option<Context> {
        self.0.as_ref().map(|active| active.context)
    }

    /// Whether spans in it are told to the collector.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.context().is_some_and(|context| context.sampled)
    }

    /// Has `future` work in it.
    pub fn run<F: Future>(self, future: F) -> TaskLocalFuture<Self, F> {
        CURRENT.scope(self, future)
    }

    /// The same for a thread.
    pub fn run_blocking<R>(self, work: impl FnOnce() -> R) -> R {
        CURRENT.sync_scope(self, work)
    }
}

/// The place in the trace of this call.
pub(crate) fn context() -> Option<Context> {
    CURRENT.try_with(Scope::context).ok().flatten()
}

/// Tells the span around this call something more. Never a person's data, nor a value out of a path or a statement.
pub fn note<V: Into<Value>>(key: &'static str, value: impl FnOnce() -> V) {
    // Outside of a traced request there is nobody to tell.
    let _ = CURRENT.try_with(|scope| {
        let active = scope.0.as_ref();
        if let Some(attributes) = active.and_then(|active| active.attributes.as_ref()) {
            let mut attributes = attributes.lock().unwrap_or_else(PoisonError::into_inner);
            attributes.push((key, value().into()));
        }
    });
}
