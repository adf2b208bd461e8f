//! What stands before copies of a service in production: connections go to a copy that says it is ready.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How often each copy is asked whether it is ready.
const INTERVAL: Duration = Duration::from_millis(25);

/// How long a copy may take to say so.
const PATIENCE: Duration = Duration::from_secs(1);

/// Balances TCP connections. Those that are open stay where they are; gone when dropped.
#[derive(Debug)]
pub struct Balancer {
    address: SocketAddr,
    _tasks: JoinSet<()>,
}

#[derive(Debug)]
struct Copy {
    address: String,
    ready: AtomicBool,
}

impl Balancer {
    /// Starts one before copies at these addresses (`host:port`).
    ///
    /// # Errors
    /// When loopback has no free port.
    pub async fn start(copies: Vec<String>) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        let copy = |address| Copy {
            address,
            ready: AtomicBool::new(false),
        };
        let copies: Arc<[Copy]> = copies.into_iter().map(copy).collect();
        let mut tasks = JoinSet::new();
        for number in 0..copies.len() {
            let copies = Arc::clone(&copies);
            tasks.spawn(async move { watch(&copies[number]).await });
        }
        tasks.spawn(accept(listener, copies));
        Ok(Self {
            address,
            _tasks: tasks,
        })
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

async fn watch(copy: &Copy) {
    loop {
        let ready = timeout(PATIENCE, is_ready(&copy.address)).await;
        copy.ready
            .store(matches!(ready, Ok(Ok(true))), Ordering::Relaxed);
        tokio::time::sleep(INTERVAL).await;
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

async fn accept(listener: TcpListener, copies: Arc<[Copy]>) {
    let turn = AtomicUsize::new(0);
    let mut open = JoinSet::new();
    while let Ok((mut client, _)) = listener.accept().await {
        while open.try_join_next().is_some() {}
        let first = turn.fetch_add(1, Ordering::Relaxed);
        let chosen = (0..copies.len())
            .map(|step| &copies[(first + step) % copies.len()])
            .find(|copy| copy.ready.load(Ordering::Relaxed));
        let Some(address) = chosen.map(|copy| copy.address.clone()) else {
            continue;
        };
        open.spawn(async move {
            if let Ok(mut server) = TcpStream::connect(address).await {
                // How it ends is seen by both ends.
                let _ended = copy_bidirectional(&mut client, &mut server).await;
            }
        });
    }
}
