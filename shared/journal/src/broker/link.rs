//! The connection to the broker, made again whenever it is lost.

use std::sync::Arc;
use std::time::Duration;

use lapin::uri::AMQPUri;
use lapin::{Connection, ConnectionProperties};
use runtime::backoff::Backoff;
use rustls::ClientConfig;
use tokio::sync::Mutex;
use tokio::time::timeout;

use super::line;
use super::{Settings, SettingsError};

/// How long the broker may take to answer anything.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// The broker does not answer, or refuses.
#[derive(Clone, Debug, thiserror::Error)]
#[error("the broker cannot be used: {0}")]
pub struct Unreachable(String);

impl Unreachable {
    /// It went away.
    pub(crate) fn lost() -> Self {
        Self("the connection is gone".to_owned())
    }

    /// It answers, and says no.
    pub(crate) fn refused(words: String) -> Self {
        Self(words)
    }
}

impl From<lapin::Error> for Unreachable {
    fn from(error: lapin::Error) -> Self {
        Self(error.to_string())
    }
}

impl From<tokio::time::error::Elapsed> for Unreachable {
    fn from(_: tokio::time::error::Elapsed) -> Self {
        Self("it does not answer".to_owned())
    }
}

/// One connection, shared by those who work over it.
pub(crate) struct Link {
    address: AMQPUri,
    tls: Option<Arc<ClientConfig>>,
    current: Mutex<Option<Arc<Connection>>>,
}

impl std::fmt::Debug for Link {
    /// Without the address, which holds a password.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Link").finish_non_exhaustive()
    }
}

impl Link {
    /// Does not connect yet.
    pub(crate) fn new(settings: &Settings) -> Result<Self, SettingsError> {
        Ok(Self {
            address: settings.address()?,
            tls: settings.tls()?,
            current: Mutex::default(),
        })
    }

    /// The connection, for which it waits as long as it takes.
    pub(crate) async fn connection(&self) -> Arc<Connection> {
        let mut backoff = Backoff::default();
        loop {
            match self.try_connection().await {
                Ok(connection) => return connection,
                Err(error) => tracing::warn!(%error, "waiting for the broker"),
            }
            backoff.wait().await;
        }
    }

    /// The connection, if the broker is there now.
    pub(crate) async fn try_connection(&self) -> Result<Arc<Connection>, Unreachable> {
        let mut current = self.current.lock().await;
        if let Some(connection) = current.as_ref()
            && connection.status().connected()
        {
            return Ok(Arc::clone(connection));
        }
        let properties =
            ConnectionProperties::default().with_connection_name(env!("CARGO_PKG_NAME").into());
        let connecting = line::connect(self.address.clone(), self.tls.clone(), properties);
        let connection = Arc::new(timeout(PATIENCE, connecting).await??);
        metrics::counter!("lifeboat_broker_connections_total").increment(1);
        Ok(Arc::clone(current.insert(connection)))
    }

    /// Uses this connection no more, because it does not keep what it promises.
    pub(crate) async fn forget(&self, connection: &Arc<Connection>) {
        let mut current = self.current.lock().await;
        if current
            .as_ref()
            .is_some_and(|kept| Arc::ptr_eq(kept, connection))
        {
            *current = None;
        }
    }
}
