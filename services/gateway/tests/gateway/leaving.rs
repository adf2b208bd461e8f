//! A service that leaves closes all its kept connections: what is asked at that moment is answered by the one that stays.

use std::net::{SocketAddr, TcpListener as StdListener};
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};

use super::harness::{Certificates, Person, World};

const ANSWER: &str = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLifeboat-Subjects: A123456789\r\n\
    Content-Length: 2\r\n\r\n{}";

/// Copies of a service behind one address. Once it has left, the first one reads what still arrives on its connections and
/// closes them without a word, as the kernel does for requests that cross the close; new connections reach another.
#[derive(Default)]
struct Copies {
    left: AtomicBool,
    unread: AtomicU32,
    /// Methods and internal tokens that arrived, those on closing connections too.
    arrived: Mutex<Vec<(String, String)>>,
}

impl Copies {
    async fn start() -> (Arc<Self>, SocketAddr) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let copies = Arc::new(Self::default());
        let own = copies.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let of_first = !own.left.load(Ordering::SeqCst);
                tokio::spawn(serve(stream, own.clone(), of_first));
            }
        });
        (copies, address)
    }
}

async fn serve(stream: TcpStream, copies: Arc<Copies>, of_first: bool) {
    let mut stream = BufReader::new(stream);
    while let Some((method, token)) = request(&mut stream).await {
        copies.arrived.lock().unwrap().push((method, token));
        if of_first && copies.left.load(Ordering::SeqCst) {
            copies.unread.fetch_add(1, Ordering::SeqCst);
            return;
        }
        // So long that requests at the same time need a connection each.
        tokio::time::sleep(Duration::from_millis(100)).await;
        stream.write_all(ANSWER.as_bytes()).await.unwrap();
    }
}

/// Reads one request: its method and its internal token.
async fn request(stream: &mut BufReader<TcpStream>) -> Option<(String, String)> {
    let (mut method, mut token, mut length) = (None, String::new(), 0);
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line).await.ok()? == 0 {
            return None;
        }
        let line = line.trim_end();
        if line.is_empty() {
            break;
        }
        match (&method, line.split_once(": ")) {
            (None, _) => method = line.split(' ').next().map(str::to_owned),
            (_, Some(("authorization", value))) => value.clone_into(&mut token),
            (_, Some(("content-length", value))) => length = value.parse().unwrap(),
            _ => (),
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.ok()?;
    Some((method?, token))
}

/// A gateway that keeps many connections to a copy which has just left.
async fn with_stale_connections() -> (World, Arc<Copies>) {
    let (copies, address) = Copies::start().await;
    let world = World::with(|settings| {
        settings["upstreams"]["echo"] = json!(format!("http://{address}"));
        settings["forwarding"]["readiness_interval_ms"] = json!(60_000);
    })
    .await;
    let asked = (0..24).map(|_| world.get("/echo/v1/public").send());
    for answer in join_all(asked).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    copies.left.store(true, Ordering::SeqCst);
    copies.arrived.lock().unwrap().clear();
    (world, copies)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_on_a_closing_connection_is_asked_again_on_a_fresh_one_with_a_new_token() {
    let (world, copies) = with_stale_connections().await;
    for _ in 0..6 {
        let answer = world.get("/echo/v1/public").send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
    assert!(
        copies.unread.load(Ordering::SeqCst) > 1,
        "no connection was closed under a request"
    );
    let mut tokens: Vec<_> = copies.arrived.lock().unwrap().clone();
    let all = tokens.len();
    tokens.sort();
    tokens.dedup();
    assert_eq!(tokens.len(), all, "each token is used once");
}

async fn file(officer: &Person) -> reqwest::Response {
    let request = officer.request("POST", "/echo/v1/filings").await;
    let request = request
        .header("Lookup-Purpose", "disaster-relief")
        .header("Case-Number", "1")
        .header("content-type", "application/json")
        .body("{}");
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_must_not_happen_twice_is_sent_once_and_arrives() {
    let (world, copies) = with_stale_connections().await;
    let officer = world.officer();
    for _ in 0..6 {
        assert_eq!(file(&officer).await.status(), 200);
    }
    let arrived = copies.arrived.lock().unwrap();
    assert!(arrived.iter().all(|(method, _)| method == "POST"));
    assert_eq!(arrived.len(), 6);
}

/// Leads on to a service of which one copy has just died: as many new connections as `dying` says are closed before the handshake.
fn lead_past_the_dead(service: String, dying: Arc<AtomicU32>) -> SocketAddr {
    let listener = StdListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let listener = TcpListener::from_std(listener).unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let one_less = |left: u32| left.checked_sub(1);
            if dying
                .fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less)
                .is_ok()
            {
                continue;
            }
            let service = service.clone();
            tokio::spawn(async move {
                let mut server = TcpStream::connect(service).await.unwrap();
                let _ended = tokio::io::copy_bidirectional(&mut client, &mut server).await;
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_connection_comes_to_be_the_next_copy_is_asked_whatever_is_asked() {
    let dying = Arc::new(AtomicU32::new(0));
    let world = World::secure(&Certificates::new(), |settings| {
        let echo = settings["upstreams"]["echo"].as_str().unwrap();
        let service = echo.strip_prefix("https://").unwrap().to_owned();
        let address = lead_past_the_dead(service, Arc::clone(&dying));
        settings["upstreams"]["echo"] = json!(format!("https://{address}"));
        settings["forwarding"]["readiness_interval_ms"] = json!(60_000);
    })
    .await
    .unwrap();

    dying.store(1, Ordering::SeqCst);
    // So many at once that kept connections are not enough.
    let asked = (0..4).map(|_| world.get("/echo/v1/public?sleep=500").send());
    for answer in join_all(asked).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    assert_eq!(dying.swap(1, Ordering::SeqCst), 0, "none was closed");

    let officer = world.officer();
    assert_eq!(file(&officer).await.status(), 200);
    assert_eq!(dying.load(Ordering::SeqCst), 0, "none was closed");

    // Where every copy is dead, it is said.
    dying.store(u32::MAX, Ordering::SeqCst);
    let answer = file(&officer).await;
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"));
}
