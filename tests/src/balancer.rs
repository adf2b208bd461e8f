//! What stands before copies of a service in production: connections go, in turn, to the copies that say they are ready.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use tokio::time::{Instant, sleep, timeout};

/// How often each copy is asked whether it is ready.
const INTERVAL: Duration = Duration::from_millis(25);

/// How long a copy may take to say so.
const PATIENCE: Duration = Duration::from_secs(1);

/// How often in a row a copy may say nothing in time until it counts as one that is not ready. It is enough to say so once.
const SILENCES: u32 = 3;

/// How long a connection waits for a copy that takes it.
const WAIT: Duration = Duration::from_secs(5);

/// Balances TCP connections. Those that are open stay where they are; gone when dropped.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    copies: Copies,
    _accepting: JoinSet<()>,
}

type Copies = Arc<RwLock<Vec<Arc<Copy>>>>;

#[derive(Debug)]
struct Copy {
    address: String,
    /// Where it says whether it is ready.
    readiness: String,
    ready: AtomicBool,
}

/// A copy, and who asks it whether it is ready: nobody any more once this is dropped.
#[derive(Debug)]
pub struct Place {
    copy: Arc<Copy>,
    copies: Copies,
    watching: AbortHandle,
}

impl Balancer {
    /// Starts one before nothing yet.
    ///
    /// # Errors
    /// When loopback has no free port.
    pub async fn empty() -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let copies = Copies::default();
        let mut accepting = JoinSet::new();
        accepting.spawn(accept(listener, Arc::clone(&copies)));
        Ok(Self {
            address,
            copies,
            _accepting: accepting,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Sends connections to this address too (`host:port`), while its `/readyz` at the other address says that it is ready.
    #[must_use]
    pub fn add(&self, address: String, readiness: String) -> Place {
        let copy = Arc::new(Copy {
            address,
            readiness,
            ready: AtomicBool::new(false),
        });
        let watched = Arc::clone(&copy);
        let watching = tokio::spawn(async move { watch(&watched).await }).abort_handle();
        let mut copies = self.copies.write().unwrap_or_else(PoisonError::into_inner);
        copies.push(Arc::clone(&copy));
        Place {
            copy,
            copies: Arc::clone(&self.copies),
            watching,
        }
    }
}

impl Place {
    /// Whether connections are sent to it.
    #[must_use]
    pub fn is_used(&self) -> bool {
        self.copy.ready.load(Ordering::Relaxed)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.watching.abort();
        let mut copies = self.copies.write().unwrap_or_else(PoisonError::into_inner);
        copies.retain(|copy| !Arc::ptr_eq(copy, &self.copy));
    }
}

async fn watch(copy: &Copy) {
    let mut silences = 0;
    loop {
        let said = timeout(PATIENCE, is_ready(&copy.readiness)).await;
        silences = if said.is_err() { silences + 1 } else { 0 };
        if silences == 0 || silences >= SILENCES {
            let ready = matches!(said, Ok(Ok(true)));
            copy.ready.store(ready, Ordering::Relaxed);
        }
        sleep(INTERVAL).await;
    }
}

async fn is_ready(address: &str) -> io::Result<bool> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut line = [0; 12];
    stream.read_exact(&mut line).await?;
    Ok(&line == b"HTTP/1.1 200")
}

async fn accept(listener: TcpListener, copies: Copies) {
    let turn = AtomicUsize::new(0);
    let mut open = JoinSet::new();
    while let Ok((client, _)) = listener.accept().await {
        while open.try_join_next().is_some() {}
        let first = turn.fetch_add(1, Ordering::Relaxed);
        open.spawn(carry(client, Arc::clone(&copies), first));
    }
}

/// Where the copy whose turn it is refuses, the next one has it; where none takes the connection, it waits for one.
async fn carry(mut client: TcpStream, copies: Copies, first: usize) {
    let deadline = Instant::now() + WAIT;
    while Instant::now() < deadline {
        let ready = ready(&copies);
        for step in 0..ready.len() {
            let address = &ready[(first + step) % ready.len()];
            if let Ok(mut server) = TcpStream::connect(address).await {
                // Small answers are not held back for more. How the connection ends is seen by both ends.
                let _quick = (client.set_nodelay(true), server.set_nodelay(true));
                let _ended = copy_bidirectional(&mut client, &mut server).await;
                return;
            }
        }
        sleep(INTERVAL).await;
    }
}

/// Where the copies are that say they are ready.
fn ready(copies: &Copies) -> Vec<String> {
    let copies = copies.read().unwrap_or_else(PoisonError::into_inner);
    let ready = copies
        .iter()
        .filter(|copy| copy.ready.load(Ordering::Relaxed));
    ready.map(|copy| copy.address.clone()).collect()
}
