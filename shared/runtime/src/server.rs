//! An HTTP listener that drains: readiness falls, those on the way are still answered, then the listener closes.

use std::fmt;
use std::net::{SocketAddr, TcpListener};
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::Duration;

use actix_web::body::MessageBody;
use actix_web::dev::{ServerHandle, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::{App, Error, web};
use serde::Deserialize;
use tls::Acceptor;
use tokio::task::JoinHandle;

use crate::lifecycle::Drain;
use crate::listener;

/// How a listener behaves.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Where to listen; port 0 takes any free one.
    pub listen: SocketAddr,
    /// Threads that answer; 0 means one for each core.
    pub workers: usize,
    /// Connections a worker holds at once.
    pub max_connections: usize,
    /// Milliseconds in which a request's head must arrive.
    pub head_timeout_ms: u64,
    /// Seconds an idle connection is kept.
    pub keep_alive_s: u64,
    /// Requests that a connection is kept for; 0 sets no bound. Where copies are balanced by connections, a caller comes back to
    /// another copy so, and a new copy gets its share.
    pub requests_per_connection: u32,
    /// Milliseconds between readiness falling and the listener closing.
    pub drain_delay_ms: u64,
    /// Seconds given to requests on the way once the listener is closed.
    pub stop_timeout_s: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from(([127, 0, 0, 1], 0)),
            workers: 0,
            max_connections: 10_000,
            head_timeout_ms: 5_000,
            keep_alive_s: 75,
            requests_per_connection: 64,
            drain_delay_ms: 2_000,
            stop_timeout_s: 10,
        }
    }
}

impl Settings {
    /// The threads that answer.
    #[must_use]
    pub fn threads(&self) -> usize {
        match self.workers {
            0 => std::thread::available_parallelism().map_or(1, NonZeroUsize::get),
            workers => workers,
        }
    }
}

/// Tells whether requests should come.
pub type Readiness = Arc<dyn Fn() -> bool + Send + Sync>;

/// A listener at work.
pub struct Running {
    address: SocketAddr,
    is_secure: bool,
    readiness: Readiness,
    drain: Drain,
    drain_delay: Duration,
    handle: ServerHandle,
    task: JoinHandle<std::io::Result<()>>,
    work: Option<JoinHandle<()>>,
    work_timeout: Duration,
}

impl fmt::Debug for Running {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Running")
            .field("url", &self.url())
            .field("drain", &self.drain)
            .finish_non_exhaustive()
    }
}

impl Running {
    /// A listener that somebody else built and started, such as one with a protocol guard of its own: `task` ends when
    /// the server behind `handle` has stopped. `is_secure`: whether it speaks TLS.
    #[must_use]
    pub fn new(
        settings: &Settings,
        address: SocketAddr,
        is_secure: bool,
        drain: Drain,
        handle: ServerHandle,
        task: JoinHandle<std::io::Result<()>>,
    ) -> Self {
        let drain_delay = Duration::from_millis(settings.drain_delay_ms);
        Self {
            address,
            is_secure,
            readiness: Arc::new(|| true),
            drain,
            drain_delay,
            handle,
            task,
            work: None,
            work_timeout: Duration::from_secs(settings.stop_timeout_s),
        }
    }

    /// Has [`Running::stop`] wait, as long as for requests on the way, for background work that ends once draining begins
    /// and has something to leave in order.
    #[must_use]
    pub fn with_work(self, work: JoinHandle<()>) -> Self {
        let work = Some(work);
        Self { work, ..self }
    }

    /// Says by `readiness` whether requests should come, until draining begins.
    #[must_use]
    pub fn with_readiness(self, readiness: Readiness) -> Self {
        Self { readiness, ..self }
    }

    /// Whether requests should come.
    #[must_use]
    pub fn readiness(&self) -> &Readiness {
        &self.readiness
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The base URL.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}", self.address)
    }

    /// Its switch: background work of the same service stops with it.
    #[must_use]
    pub fn drain(&self) -> &Drain {
        &self.drain
    }

    /// Lets readiness fall, waits, closes the listener, waits for requests on the way up to the deadline.
    ///
    /// # Errors
    /// When the listener had failed before.
    pub async fn stop(self) -> std::io::Result<()> {
        self.drain.begin();
        tokio::time::sleep(self.drain_delay).await;
        self.handle.stop(true).await;
        let stopped = self.task.await.map_err(std::io::Error::other)?;
        if let Some(work) = self.work
            && let Ok(ended) = tokio::time::timeout(self.work_timeout, work).await
        {
            ended.map_err(std::io::Error::other)?;
        }
        stopped
    }
}

/// Binds, so that the address is known before anything is built on it.
///
/// # Errors
/// When the address is taken or not ours.
pub fn bind(settings: &Settings) -> std::io::Result<TcpListener> {
    let listen = settings.listen;
    TcpListener::bind(listen)
        .map_err(|error| std::io::Error::new(error.kind(), format!("{listen}: {error}")))
}

/// Answers on `listener` with the application that `factory` makes for each worker; by TLS where there is `tls`.
///
/// # Errors
/// When the listener cannot be used.
pub fn serve<F, T, B>(
    settings: &Settings,
    listener: TcpListener,
    tls: Option<Acceptor>,
    drain: Drain,
    factory: F,
) -> std::io::Result<Running>
where
    F: Fn() -> App<T> + Send + Clone + 'static,
    T: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
        > + 'static,
    T::Future: 'static,
    B: MessageBody + 'static,
{
    let address = listener.local_addr()?;
    listener.set_nonblocking(true)?;
    let is_secure = tls.is_some();
    let told = drain.clone();
    let server = listener::build(
        settings,
        listener,
        tls,
        Duration::from_millis(settings.head_timeout_ms),
        |stream| stream,
        move || factory().app_data(web::Data::new(told.clone())),
    )?;
    let handle = server.handle();
    let task = tokio::spawn(server);
    Ok(Running::new(
        settings, address, is_secure, drain, handle, task,
    ))
}
