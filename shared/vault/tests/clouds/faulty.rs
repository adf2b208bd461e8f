//! A small door in front of an emulator that answers some requests itself, or swallows the answers.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// What happens to one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is passed on, and its answer back.
    Pass,
    /// The door answers that it is too busy.
    Busy,
    /// It is passed on and done, and the connection breaks before the answer.
    Swallow,
}

/// Decides by the request line (`PUT /bucket/object HTTP/1.1`).
type Decide = dyn FnMut(&str) -> Fate + Send;

/// The door; gone when dropped.
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    task: JoinHandle<()>,
}

impl Door {
    pub(crate) async fn open(
        upstream: String,
        decide: impl FnMut(&str) -> Fate + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let decide: Arc<Mutex<Decide>> = Arc::new(Mutex::new(decide));
        let task = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                tokio::spawn(serve(client, upstream.clone(), Arc::clone(&decide)));
            }
        });
        Self { address, task }
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// One request a connection, so that nothing but its head must be understood.
async fn serve(mut client: TcpStream, upstream: String, decide: Arc<Mutex<Decide>>) {
    let Some((head, body)) = request(&mut client).await else {
        return;
    };
    let line = head.lines().next().unwrap_or_default();
    let fate = (decide.lock().unwrap())(line);
    if fate == Fate::Busy {
        let busy = "HTTP/1.1 503 Service Unavailable\r\ncontent-length: 36\r\nconnection: close\r\n\r\n<Error><Code>SlowDown</Code></Error>";
        let _gone = client.write_all(busy.as_bytes()).await;
        return;
    }
    let mut server = TcpStream::connect(upstream).await.unwrap();
    let head = format!("{}\r\nconnection: close\r\n\r\n", head.trim_end());
    server.write_all(head.as_bytes()).await.unwrap();
    server.write_all(&body).await.unwrap();
    let mut answer = Vec::new();
    let _cut = server.read_to_end(&mut answer).await;
    if fate == Fate::Pass {
        let _gone = client.write_all(&answer).await;
    }
}

async fn request(client: &mut TcpStream) -> Option<(String, Vec<u8>)> {
    let mut bytes = Vec::new();
    loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            let body = bytes.split_off(end + 4);
            let head = String::from_utf8(bytes).ok()?;
            let length = head
                .lines()
                .filter_map(|line| line.split_once(':'))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, length)| length.trim().parse().ok())
                .unwrap_or(0);
            let mut body = body;
            while body.len() < length {
                client.read_buf(&mut body).await.ok().filter(|n| *n > 0)?;
            }
            return Some((head, body));
        }
        client.read_buf(&mut bytes).await.ok().filter(|n| *n > 0)?;
    }
}
