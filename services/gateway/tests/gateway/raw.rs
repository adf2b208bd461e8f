//! Bytes on a socket: smuggling, slow clients.

use std::time::{Duration, Instant};

use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::harness::World;

/// Sends `parts` with pauses between and returns all that comes until the gateway closes, or five seconds pass.
async fn talk(world: &World, parts: &[&str], pause: Duration) -> String {
    let mut stream = TcpStream::connect(world.address()).await.unwrap();
    let mut all = String::new();
    for (number, part) in parts.iter().enumerate() {
        if number > 0 {
            tokio::time::sleep(pause).await;
        }
        // The gateway may have hung up already.
        let _ = stream.write_all(part.as_bytes()).await;
    }
    let mut bytes = Vec::new();
    let _ = tokio::time::timeout(Duration::from_secs(5), stream.read_to_end(&mut bytes)).await;
    all.push_str(&String::from_utf8_lossy(&bytes));
    all
}

fn statuses(answers: &str) -> Vec<&str> {
    answers
        .split("HTTP/1.1 ")
        .skip(1)
        .map(|answer| &answer[..3])
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_smuggled() {
    let world = World::start().await;
    let inner = "GET /echo/v1/public?smuggled HTTP/1.1\r\nHost: x\r\n\r\n";
    let length = inner.len();
    let post = "POST /echo/v1/filings HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n";
    for attempt in [
        format!(
            "{post}Content-Length: {length}\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n{inner}"
        ),
        format!("{post}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n{inner}"),
        format!("{post}Content-Length: 0\r\nContent-Length: {length}\r\n\r\n{inner}"),
        format!("{post}Content-Length: {length}\r\nContent-Length: 0\r\n\r\n{inner}"),
        format!("{post}Content-Length: 0, {length}\r\n\r\n{inner}"),
        format!("{post}Transfer-Encoding: xchunked\r\n\r\n{inner}"),
        format!("{post}Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n{inner}"),
        format!("{post}Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc{inner}"),
        format!("GET /echo/v1/public HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n{inner}"),
        format!("GET /echo/v1/public HTTP/1.1\r\nHost: x\nX: y\r\n\r\n{inner}"),
        format!("GET /echo/v1/public HTTP/1.1\nHost: x\n\n{inner}"),
        format!("GET /echo/v1/public HTTP/1.1\r\n{inner}"),
        format!("GET /echo/v1/public HTTP/1.1\r\nHost: x\r\n X: folded\r\n\r\n{inner}"),
        format!("GET /echo/v1/public HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n{inner}"),
        format!(
            "GET /echo/v1/public HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\r\n{inner}"
        ),
        format!("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n{inner}"),
    ] {
        let answers = talk(&world, &[&attempt], Duration::ZERO).await;
        assert_eq!(statuses(&answers), ["400"], "{attempt:?}: {answers}");
        assert!(
            answers.contains("application/problem+json")
                && answers.contains("urn:lifeboat:problem:malformed"),
            "{answers}"
        );
    }
    let smuggled = world
        .echo
        .seen()
        .into_iter()
        .filter(|seen| seen.target.contains("smuggled"))
        .count();
    assert_eq!(smuggled, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_do_not_run_over_into_the_next_request() {
    let world = World::start().await;
    let sign_in = "POST /identity/v1/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let next = "GET /echo/v1/public?next HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answers = talk(
        &world,
        &[&format!("{sign_in}Content-Length: 8\r\n\r\na=GET%20{next}")],
        Duration::ZERO,
    )
    .await;
    assert_eq!(statuses(&answers), ["200", "200"], "{answers}");
    assert_eq!(world.identity.last().body, "a=GET%20");
    let chunked = format!(
        "{sign_in}Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n2\r\n%0\r\n0\r\n\r\n{next}"
    );
    let answers = talk(&world, &[&chunked], Duration::ZERO).await;
    assert_eq!(statuses(&answers), ["200", "200"], "{answers}");
    assert_eq!(world.identity.last().body, "a=b%0");
    let broken =
        format!("{sign_in}Transfer-Encoding: chunked\r\n\r\n3;x=y\r\na=b\r\n0\r\n\r\n{next}");
    assert_eq!(
        statuses(&talk(&world, &[&broken], Duration::ZERO).await),
        ["400"]
    );
    let nexts = world
        .echo
        .seen()
        .into_iter()
        .filter(|seen| seen.target.contains("next"))
        .count();
    assert_eq!(nexts, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_in_many_pieces_is_one_request() {
    let world = World::start().await;
    let request = "GET /echo/v1/public HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let pieces: Vec<&str> = request.split_inclusive(['o', '\r']).collect();
    let answers = talk(&world, &pieces, Duration::from_millis(5)).await;
    assert_eq!(statuses(&answers), ["200"], "{answers}");
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_heads_and_bodies_are_cut_off() {
    let world = World::with(|settings| {
        settings["server"]["head_timeout_ms"] = json!(500);
        settings["limits"] = json!({"body_timeout_ms": 500});
    })
    .await;
    let begun = Instant::now();
    let silent = talk(&world, &[""], Duration::ZERO).await;
    assert_eq!(silent, "", "who never said anything is hung up on");
    let slow = talk(
        &world,
        &[
            "GET /echo/v1/public HTTP/1.1\r\n",
            "Host",
            ": x",
            "\r\nA",
            ": ",
        ],
        Duration::from_millis(200),
    )
    .await;
    assert_eq!(statuses(&slow), ["408"], "{slow}");
    let second = "GET /echo/v1/public HTTP/1.1\r\nHost: x\r\n\r\n";
    let slow_second = talk(
        &world,
        &[second, "GET /e", "cho", "/v1"],
        Duration::from_millis(200),
    )
    .await;
    assert_eq!(statuses(&slow_second), ["200", "408"], "{slow_second}");
    let post = "POST /identity/v1/token HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-www-form-urlencoded\r\n";
    let head = format!("{post}Content-Length: 100\r\n\r\n");
    let dripped = talk(
        &world,
        &[&head, "a", "b", "c", "d", "e"],
        Duration::from_millis(200),
    )
    .await;
    assert_eq!(statuses(&dripped), ["408"], "{dripped}");
    assert!(
        dripped.contains("urn:lifeboat:problem:timeout"),
        "{dripped}"
    );
    let silent_body = talk(&world, &[&head], Duration::ZERO).await;
    assert_eq!(statuses(&silent_body), ["408"], "{silent_body}");
    assert!(begun.elapsed() < Duration::from_secs(15));
    assert!(world.identity.seen().is_empty());
}
