//! The store that all copies of a service share: a Redis. It holds nothing that cannot be lost, only what was used once
//! in the last minute and how often somebody asked.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use redis::aio::{ConnectionManager, ConnectionManagerConfig};
use redis::{
    Client, Cmd, ErrorKind, ExistenceCheck, RedisError, Script, SetExpiry, SetOptions,
    TlsCertificates, cmd,
};
use secrecy::{ExposeSecret, SecretString};
use trace::{Kind, Span};

use crate::secret;

/// The longest that a request waits for the store: a machine that is short of time for a moment refuses nobody, and one whose
/// store is gone still answers well within the deadline of a request.
const PATIENCE: Duration = Duration::from_secs(1);

/// The longest that a connection may take.
const CONNECT: Duration = Duration::from_millis(500);

/// The longest pause between two tries to connect.
const PAUSE: Duration = Duration::from_millis(200);

/// The store did not answer in time, or not as expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the shared store does not answer")]
pub struct StoreDown;

/// Why a store cannot be used at all. The words never hold the address, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum StoreRefused {
    /// Not an address of a Redis.
    #[error(
        "not the address of a Redis: redis://[user:password@]host:port[/database], or rediss://… by TLS"
    )]
    Address,
    /// The authorities of its certificate cannot be read.
    #[error("{path}: the authorities of the Redis' certificate: {cause}")]
    Authorities {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        cause: String,
    },
}

thread_local! {
    /// This thread's connections, by store. A request that had to go through another thread's connection would cost two
    /// wake-ups more than the command itself.
    static OWN: RefCell<HashMap<u64, ConnectionManager>> = RefCell::default();
}

/// How a certificate begins in PEM (RFC 7468 §5.1).
const BEGIN: &[u8] = b"-----BEGIN CERTIFICATE-----";

/// Tells stores apart.
static OPENED: AtomicU64 = AtomicU64::new(0);

/// The store, by a connection for each thread that uses it; each is made anew when it breaks. Cheap to clone.
#[derive(Clone)]
pub struct SharedStore {
    id: u64,
    client: Client,
}

impl SharedStore {
    /// Opens the store. One that does not answer yet is not an error: uses fail until it does. `authorities`: PEM file with
    /// those whose certificates are believed where the address is `rediss://…`; without it those that the machine knows.
    ///
    /// # Errors
    /// [`StoreRefused`].
    pub async fn open(
        url: &SecretString,
        authorities: Option<&Path>,
    ) -> Result<Self, StoreRefused> {
        let client = client(url.expose_secret(), authorities)?;
        let id = OPENED.fetch_add(1, Ordering::Relaxed);
        let store = Self { id, client };
        if store.run("PING", &cmd("PING")).await.is_err() {
            tracing::warn!("the shared store does not answer yet");
        }
        Ok(store)
    }

    /// Whether both are the same, opened once.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.id == other.id
    }

    fn connection(&self) -> Result<ConnectionManager, StoreDown> {
        OWN.with_borrow_mut(|own| {
            if let Some(known) = own.get(&self.id) {
                return Ok(known.clone());
            }
            let config = ConnectionManagerConfig::new()
                .set_response_timeout(Some(PATIENCE))
                .set_connection_timeout(Some(CONNECT))
                .set_number_of_retries(1)
                .set_max_delay(PAUSE);
            let new = ConnectionManager::new_lazy_with_config(self.client.clone(), config)
                .map_err(|_| StoreDown)?;
            own.insert(self.id, new.clone());
            Ok(new)
        })
    }

    /// Whether `key` is claimed for the first time within `ttl`.
    pub(crate) async fn claim(&self, key: &str, ttl: Duration) -> Result<bool, StoreDown> {
        let options = SetOptions::default()
            .conditional_set(ExistenceCheck::NX)
            .with_expiration(SetExpiry::PX(milliseconds(ttl)));
        let command = Cmd::set_options(place_of_used(key), 1, options);
        match self.run("SET", &command).await? {
            redis::Value::Okay => Ok(true),
            redis::Value::Nil => Ok(false),
            _ => Err(StoreDown),
        }
    }

    /// The answer to one command, which traces call `name`.
    async fn run(&self, name: &'static str, command: &Cmd) -> Result<redis::Value, StoreDown> {
        let mut connection = self.connection()?;
        in_time(name, connection.send_packed_command(command)).await
    }

    /// A script's answer. The store knows a script by its hash, and is told the whole where it does not: after a start.
    pub(crate) async fn evaluate(
        &self,
        script: &Script,
        keys: &[String],
        arguments: &[u64],
    ) -> Result<redis::Value, StoreDown> {
        let mut invocation = script.prepare_invoke();
        for key in keys {
            invocation.key(key);
        }
        for argument in arguments {
            invocation.arg(argument);
        }
        let mut connection = self.connection()?;
        in_time("EVALSHA", invocation.invoke_async(&mut connection)).await
    }
}

fn client(url: &str, authorities: Option<&Path>) -> Result<Client, StoreRefused> {
    let Some(file) = authorities else {
        return Client::open(url).map_err(|_| StoreRefused::Address);
    };
    let unusable = |cause: &dyn fmt::Display| StoreRefused::Authorities {
        path: file.to_owned(),
        cause: cause.to_string(),
    };
    if !url.starts_with("rediss://") {
        return Err(unusable(
            &"they are for an address that begins with rediss://",
        ));
    }
    let pem = std::fs::read(file).map_err(|error| unusable(&error))?;
    if !pem.windows(BEGIN.len()).any(|window| window == BEGIN) {
        return Err(unusable(&"there is no certificate in it"));
    }
    let authorities = TlsCertificates {
        client_tls: None,
        root_cert: Some(pem),
    };
    Client::build_with_tls(url, authorities).map_err(|error| match error.kind() {
        ErrorKind::InvalidClientConfig => StoreRefused::Address,
        _ => unusable(&"its PEM is broken"),
    })
}

/// Where it is kept that `key` was used.
pub(crate) fn place_of_used(key: &str) -> String {
    format!("lifeboat:used:{}", secret::sha256_text(key.as_bytes()))
}

/// At least one, which is the shortest that the store remembers anything.
pub(crate) fn milliseconds(ttl: Duration) -> u64 {
    u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX).max(1)
}

async fn in_time<T>(
    operation: &'static str,
    answer: impl Future<Output = Result<T, RedisError>>,
) -> Result<T, StoreDown> {
    let mut span = Span::child(Kind::Client, operation);
    span.set("db.system.name", || "redis");
    span.set("db.operation.name", || operation);
    let late = || Err(RedisError::from((ErrorKind::Io, "no answer in time")));
    tokio::time::timeout(PATIENCE, answer)
        .await
        .unwrap_or_else(|_| late())
        .map_err(|error| {
            // The kind only: an error's text may contain the command.
            tracing::debug!(kind = ?error.kind(), "the shared store failed");
            span.fail("failed");
            StoreDown
        })
}

impl fmt::Debug for SharedStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedStore(…)")
    }
}
