//! A connection is kept for so many requests, so that who is balanced by connections comes to every copy.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use actix_web::{App, HttpResponse, web};
use runtime::lifecycle::Drain;
use runtime::server::{self, Running, Settings};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

fn serve(requests_per_connection: u32) -> Running {
    let settings = Settings {
        workers: 1,
        drain_delay_ms: 0,
        requests_per_connection,
        ..Settings::default()
    };
    let socket = server::bind(&settings).unwrap();
    server::serve(&settings, socket, None, Drain::default(), || {
        let app = App::new().route("/", web::get().to(HttpResponse::NoContent));
        runtime::http::bounded(app, "test", 1024, Duration::from_secs(5))
    })
    .unwrap()
}

/// How many requests are answered on one connection until it is closed, at most so many.
async fn answered(running: &Running, most: usize) -> usize {
    let mut stream = TcpStream::connect(running.address()).await.unwrap();
    for count in 1..=most {
        stream
            .write_all(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            .await
            .unwrap();
        let answer = async {
            let mut head = Vec::new();
            while !head.ends_with(b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            head
        };
        let head = tokio::time::timeout(Duration::from_mins(1), answer)
            .await
            .unwrap();
        let head = String::from_utf8(head).unwrap().to_lowercase();
        assert!(head.starts_with("http/1.1 204"), "{head}");
        if head.contains("connection: close") {
            assert_eq!(stream.read(&mut [0]).await.unwrap(), 0, "it is closed");
            return count;
        }
    }
    most
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_is_closed_with_the_last_of_its_answers_and_none_without_a_bound() {
    let bounded = serve(3);
    for _ in 0..2 {
        assert_eq!(answered(&bounded, 10).await, 3);
    }
    let unbounded = serve(0);
    assert_eq!(answered(&unbounded, 100).await, 100);
    bounded.stop().await.unwrap();
    unbounded.stop().await.unwrap();
}
