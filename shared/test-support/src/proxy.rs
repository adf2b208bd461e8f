//! A TCP proxy between a program and what it depends on, that can break the line.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::link::{Link, Way, Window};

/// What the line does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Bytes flow both ways.
    Pass,
    /// At most so many bytes a second flow each way, on each connection.
    Slow(u32),
    /// Open connections are cut and new ones refused, as when the server is stopped.
    Refuse,
    /// Open connections are cut and new ones accepted and closed at once, as by a failing balancer.
    Cut,
    /// Connections stay open and are accepted, but not a byte flows, as in a partition.
    Stall,
}

/// A proxy on a port of its own; gone when dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    line: watch::Sender<Line>,
    answered: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy that passes everything on to `upstream` (`host:port`).
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn start(upstream: impl Into<String>) -> Self {
        Self::lead(upstream.into(), None).await
    }

    /// Starts a proxy at the near end of a link, with `upstream` at its far end.
    ///
    /// # Panics
    /// When loopback has no free port.
    pub async fn over(link: &Arc<Link>, upstream: impl Into<String>) -> Self {
        Self::lead(upstream.into(), Some(Arc::clone(link))).await
    }

    async fn lead(upstream: String, over: Option<Arc<Link>>) -> Self {
        let listener = listen(SocketAddr::from(([127, 0, 0, 1], 0))).await;
        let address = listener
            .local_addr()
            .unwrap_or_else(|error| panic!("no address: {error}"));
        let (line, state) = watch::channel(Line::Pass);
        let answered = Arc::new(AtomicU64::new(0));
        let road = Road {
            upstream,
            link: over,
            state,
            answered: Arc::clone(&answered),
        };
        let task = tokio::spawn(accept(listener, address, road));
        Self {
            address,
            line,
            answered,
            task,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The URL with its host and port replaced by the proxy's.
    ///
    /// # Panics
    /// When the URL has no host and port.
    #[must_use]
    pub fn in_front_of(&self, url: &str) -> String {
        let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
        let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
        let user = authority
            .rsplit_once('@')
            .map_or(String::new(), |(user, _)| format!("{user}@"));
        format!("{scheme}://{user}{}{path}", self.address)
    }

    /// Breaks or mends the line; connections that are open notice at once.
    pub fn set(&self, line: Line) {
        self.line.send_replace(line);
    }

    /// How many bytes were carried from the upstream to its clients.
    #[must_use]
    pub fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Connections end too: their sender is gone.
        self.task.abort();
    }
}

/// What every connection of a proxy shares.
#[derive(Debug, Clone)]
struct Road {
    upstream: String,
    link: Option<Arc<Link>>,
    state: watch::Receiver<Line>,
    answered: Arc<AtomicU64>,
}

async fn listen(address: SocketAddr) -> TcpListener {
    for _ in 0..100 {
        if let Ok(listener) = TcpListener::bind(address).await {
            return listener;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("the proxy cannot listen on {address}");
}

async fn accept(first: TcpListener, address: SocketAddr, road: Road) {
    let mut state = road.state.clone();
    let mut listener = Some(first);
    loop {
        let line = *state.borrow_and_update();
        if line == Line::Refuse {
            listener = None;
            if state.changed().await.is_err() {
                return;
            }
            continue;
        }
        let open = match listener.take() {
            Some(open) => open,
            None => listen(address).await,
        };
        tokio::select! {
            changed = state.changed() => if changed.is_err() { return },
            accepted = open.accept() => if let Ok((client, _)) = accepted && line != Line::Cut {
                tokio::spawn(carry(client, road.clone()));
            },
        }
        listener = Some(open);
    }
}

async fn carry(client: TcpStream, road: Road) {
    let mut opened = road.state.clone();
    let passes = |line: &Line| *line != Line::Stall;
    // A connection made during a stall reaches the server only when the line is mended.
    if opened.wait_for(passes).await.is_err() {
        return;
    }
    let Ok(server) = TcpStream::connect(&road.upstream).await else {
        return;
    };
    let (client_in, client_out) = client.into_split();
    let (server_in, server_out) = server.into_split();
    let asked = AtomicU64::new(0);
    let link = road.link.as_deref();
    let there = Lane::new(link, Way::ToServer, road.state.clone());
    let back = Lane::new(link, Way::ToClient, road.state);
    tokio::select! {
        () = there.pump(client_in, server_out, &asked) => {},
        () = back.pump(server_in, client_out, &road.answered) => {},
    }
}

/// One direction of one connection.
struct Lane<'a> {
    link: Option<(&'a Link, Window, Way)>,
    state: watch::Receiver<Line>,
}

impl<'a> Lane<'a> {
    fn new(link: Option<&'a Link>, way: Way, state: watch::Receiver<Line>) -> Self {
        Self {
            link: link.map(|link| (link, Window::new(), way)),
            state,
        }
    }

    /// Carries bytes until an end closes or the line is cut.
    async fn pump(
        mut self,
        mut from: impl AsyncRead + Unpin,
        mut to: impl AsyncWrite + Unpin,
        carried: &AtomicU64,
    ) {
        let mut buffer = Vec::new();
        loop {
            let line = *self.state.borrow_and_update();
            let burst = self.link.as_ref();
            buffer.resize(burst.map_or(16 * 1024, |(_, window, _)| window.bytes()), 0);
            match line {
                Line::Refuse | Line::Cut => return,
                Line::Stall => {
                    if self.state.changed().await.is_err() {
                        return;
                    }
                }
                Line::Pass | Line::Slow(_) => tokio::select! {
                    changed = self.state.changed() => if changed.is_err() { return },
                    read = from.read(&mut buffer) => match read {
                        Ok(count) if count > 0 => {
                            if self.is_cut_meanwhile(count).await
                                || to.write_all(&buffer[..count]).await.is_err()
                            {
                                return;
                            }
                            carried.fetch_add(count as u64, Ordering::Relaxed);
                            self.take_time(line, count).await;
                        }
                        _ => return,
                    },
                },
            }
        }
    }

    /// Waits until bytes have crossed the link, if there is one; true when it was cut before.
    async fn is_cut_meanwhile(&mut self, bytes: usize) -> bool {
        let Some((link, window, way)) = &mut self.link else {
            return false;
        };
        let cut = |line: &Line| matches!(line, Line::Refuse | Line::Cut);
        tokio::select! {
            () = window.arrived(bytes, link, *way) => false,
            _cut = self.state.wait_for(cut) => true,
        }
    }

    /// Waits as long as a slow line needs for these bytes, or until the line changes.
    async fn take_time(&mut self, line: Line, bytes: usize) {
        if let Some((link, window, _)) = &self.link {
            window.acknowledged(bytes, link).await;
        }
        if let Line::Slow(rate) = line {
            let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
            let time = Duration::from_secs_f64(f64::from(bytes) / f64::from(rate));
            let mut state = self.state.clone();
            let _changed = timeout(time, state.changed()).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpStream};
    use tokio::time::timeout;

    use super::{Line, Proxy};

    /// Longer than anything takes on a busy machine.
    const SOON: Duration = Duration::from_secs(20);

    /// For so long nothing comes over a broken line.
    const MOMENT: Duration = Duration::from_millis(200);

    async fn echo() -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                tokio::spawn(async move {
                    let (mut from, mut to) = stream.split();
                    tokio::io::copy(&mut from, &mut to).await
                });
            }
        });
        address
    }

    async fn echoes(stream: &mut TcpStream, within: Duration) -> bool {
        let mut byte = [0];
        stream.write_all(b"x").await.is_ok()
            && matches!(timeout(within, stream.read(&mut byte)).await, Ok(Ok(1)))
    }

    /// A connection, once the proxy listens.
    async fn connected(proxy: &Proxy) -> TcpStream {
        let connecting = async {
            loop {
                if let Ok(stream) = TcpStream::connect(proxy.address()).await {
                    return stream;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        timeout(SOON, connecting).await.unwrap()
    }

    #[tokio::test]
    async fn the_line_passes_breaks_and_passes_again() {
        let proxy = Proxy::start(echo().await).await;
        for broken in [Line::Refuse, Line::Cut] {
            let mut open = connected(&proxy).await;
            assert!(echoes(&mut open, SOON).await);
            proxy.set(broken);
            tokio::time::sleep(Duration::from_millis(50)).await;
            let echoed = echoes(&mut open, MOMENT).await;
            assert!(!echoed, "{broken:?} cuts what is open");
            let fresh = TcpStream::connect(proxy.address()).await;
            assert_eq!(fresh.is_err(), broken == Line::Refuse);
            proxy.set(Line::Pass);
            tokio::time::sleep(Duration::from_millis(50)).await;
            assert!(echoes(&mut connected(&proxy).await, SOON).await);
        }
    }

    #[tokio::test]
    async fn a_stalled_line_holds_bytes_back_and_loses_none() {
        let proxy = Proxy::start(echo().await).await;
        let mut open = connected(&proxy).await;
        assert!(echoes(&mut open, SOON).await);
        proxy.set(Line::Stall);
        tokio::time::sleep(Duration::from_millis(50)).await;
        assert!(!echoes(&mut open, MOMENT).await);
        proxy.set(Line::Pass);
        let mut byte = [0];
        let arrived = timeout(SOON, open.read(&mut byte)).await.unwrap();
        assert_eq!(arrived.unwrap(), 1, "the held byte arrives");
    }

    #[tokio::test]
    async fn a_slow_line_takes_its_time_and_counts() {
        let proxy = Proxy::start(echo().await).await;
        proxy.set(Line::Slow(1000));
        let mut open = TcpStream::connect(proxy.address()).await.unwrap();
        let begun = std::time::Instant::now();
        for _ in 0..2 {
            open.write_all(&[7; 200]).await.unwrap();
            open.read_exact(&mut [0; 200]).await.unwrap();
        }
        assert!(begun.elapsed() >= Duration::from_millis(150));
        assert_eq!(proxy.answered(), 400);
    }

    #[tokio::test]
    async fn a_url_is_led_through_the_proxy() {
        let proxy = Proxy::start("127.0.0.1:1").await;
        let led = proxy.in_front_of("postgres://user:secret@127.0.0.1:5432/name");
        assert_eq!(
            led,
            format!("postgres://user:secret@{}/name", proxy.address())
        );
    }
}
