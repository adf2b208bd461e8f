//! `lifeboat call` against a gateway that is not there yet, or has not got everything yet.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::iter::repeat;
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::Output;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use test_support::process::command;

/// How long a server may take to get its requests.
const PATIENCE: Duration = Duration::from_secs(30);

const SOME: &str = r#"{"state":"ready","capabilities":[{"service":"identity","state":"ready"},{"service":"household","state":"no-snapshot"}]}"#;
const ALL: &str = r#"{"state":"ready","capabilities":[{"service":"identity","state":"ready"},{"service":"household","state":"ready"}]}"#;

/// Gives these answers, one for each connection; ends with the heads of the requests.
fn gives(listener: TcpListener, answers: &[(u16, &str)]) -> JoinHandle<Vec<String>> {
    let answers: Vec<(u16, String)> = answers
        .iter()
        .map(|(status, body)| (*status, (*body).to_owned()))
        .collect();
    thread::spawn(move || {
        listener.set_nonblocking(true).unwrap();
        answers
            .into_iter()
            .map(|(status, body)| {
                let deadline = Instant::now() + PATIENCE;
                let mut connection = loop {
                    match listener.accept() {
                        Ok((connection, _)) => break connection,
                        Err(error) => {
                            assert!(Instant::now() < deadline, "nobody asks: {error}");
                            thread::sleep(Duration::from_millis(5));
                        }
                    }
                };
                connection.set_nonblocking(false).unwrap();
                answer(&mut connection, status, &body)
            })
            .collect()
    })
}

/// Gives one answer; the head of its request.
fn answer(connection: &mut TcpStream, status: u16, body: &str) -> String {
    let head = request(connection);
    write!(
        connection,
        "HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    head
}

/// The head of a request; its body is read, too.
fn request(connection: &mut TcpStream) -> String {
    let mut reader = BufReader::new(connection);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        if let Some(number) = line.strip_prefix("content-length: ") {
            length = number.trim().parse().unwrap();
        }
        head += &line;
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    head
}

fn call(arguments: &[&str]) -> Output {
    command(Path::new(env!("CARGO_BIN_EXE_lifeboat")))
        .arg("call")
        .args(arguments)
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let both = [&*output.stdout, &*output.stderr].concat();
    String::from_utf8(both).unwrap()
}

/// A listener, and its address as URL.
fn listener() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

#[test]
fn who_waits_asks_until_somebody_is_there_and_everything_is_ready() {
    let (first, url) = listener();
    let address = first.local_addr().unwrap();
    drop(first);
    let later = thread::spawn(move || {
        thread::sleep(Duration::from_secs(1));
        let answers = [(503, "{}"), (429, "{}"), (200, SOME), (200, ALL)];
        gives(TcpListener::bind(address).unwrap(), &answers)
            .join()
            .unwrap()
    });
    let arguments = ["--gateway", &url, "--expect-ready", "identity,household"];
    let done = call(&[&["/readyz", "--wait", "30"], &arguments[..]].concat());
    assert_eq!(later.join().unwrap().len(), 4);
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let on_the_way = String::from_utf8_lossy(&done.stderr);
    for why in ["503", "429", "not ready: household (no-snapshot)"] {
        assert!(on_the_way.contains(why), "{on_the_way}");
    }
    assert!(
        !String::from_utf8_lossy(&done.stdout).contains("no-snapshot"),
        "only the last answer is the result"
    );
}

#[test]
fn who_does_not_wait_is_told_at_once() {
    let (first, url) = listener();
    drop(first);
    let nobody = call(&["/readyz", "--gateway", &url]);
    assert_eq!(nobody.status.code(), Some(1), "{}", said(&nobody));

    for (status, body, names, why) in [
        (503, ALL, "household", ""),
        (
            200,
            SOME,
            "identity,household",
            "not ready: household (no-snapshot)",
        ),
        (
            200,
            ALL,
            "land-registry",
            "not ready: land-registry (not mentioned)",
        ),
        (
            200,
            "ready",
            "household",
            "not ready: household (not mentioned)",
        ),
    ] {
        let (listener, url) = listener();
        let server = gives(listener, &[(status, body)]);
        let failed = call(&["/readyz", "--gateway", &url, "--expect-ready", names]);
        server.join().unwrap();
        assert_eq!(failed.status.code(), Some(1), "{}", said(&failed));
        assert!(said(&failed).contains(why), "{}", said(&failed));
    }
    let (listener, url) = listener();
    let server = gives(listener, &[(200, ALL)]);
    let ready = call(&["/readyz", "--gateway", &url, "--expect-ready", "household"]);
    server.join().unwrap();
    assert_eq!(ready.status.code(), Some(0), "{}", said(&ready));
}

#[test]
fn waiting_ends_and_the_last_answer_is_shown() {
    let (listener, url) = listener();
    // As often as it asks: how often that is before its time is over, nobody can tell.
    thread::spawn(move || {
        let mut answers = [(503, "{}")].into_iter().chain(repeat((200, SOME)));
        while let (Ok((mut connection, _)), Some((status, body))) =
            (listener.accept(), answers.next())
        {
            answer(&mut connection, status, body);
        }
    });
    let started = Instant::now();
    let late = call(&[
        "/readyz",
        "--gateway",
        &url,
        "--expect-ready",
        "household",
        "--wait",
        "10",
    ]);
    assert_eq!(late.status.code(), Some(1), "{}", said(&late));
    assert!(started.elapsed() < PATIENCE);
    assert!(said(&late).contains("no-snapshot"), "{}", said(&late));
}

const CITIZEN: [&str; 10] = [
    "--as",
    "citizen",
    "--national-id",
    "A123456789",
    "--birth-date",
    "1970-01-01",
    "--household-no",
    "F0000001",
    "--id-card-issued-on",
    "2020-01-01",
];

#[test]
fn a_sign_in_that_cannot_be_answered_is_tried_again_and_a_wrong_one_is_not() {
    let busy = r#"{"error":"temporarily_unavailable"}"#;
    let token = r#"{"access_token":"t"}"#;
    let (listener, url) = self::listener();
    let answers = [(503, busy), (429, busy), (200, token), (200, "{}")];
    let server = gives(listener, &answers);
    let done = call(
        &[
            &["/household/v1/me", "--gateway", &url, "--wait", "30"],
            &CITIZEN[..],
        ]
        .concat(),
    );
    assert_eq!(done.status.code(), Some(0), "{}", said(&done));
    let heads = server.join().unwrap();
    assert!(
        heads[3].to_lowercase().contains("authorization: dpop t"),
        "{heads:?}"
    );

    let (listener, url) = self::listener();
    let server = gives(listener, &[(400, r#"{"error":"invalid_grant"}"#)]);
    let wrong = call(
        &[
            &["/household/v1/me", "--gateway", &url, "--wait", "30"],
            &CITIZEN[..],
        ]
        .concat(),
    );
    assert_eq!(wrong.status.code(), Some(1), "{}", said(&wrong));
    assert!(said(&wrong).contains("invalid_grant"), "{}", said(&wrong));
    server.join().unwrap();
}

#[test]
fn what_may_have_been_done_is_not_sent_again() {
    let (listener, url) = listener();
    let server = thread::spawn(move || {
        let (mut connection, _) = listener.accept().unwrap();
        request(&mut connection);
        drop(connection);
        listener.set_nonblocking(true).unwrap();
        thread::sleep(Duration::from_secs(3));
        listener.accept().is_err()
    });
    let cut = call(&["/x", "--gateway", &url, "--data", "{}", "--wait", "5"]);
    assert_eq!(cut.status.code(), Some(1), "{}", said(&cut));
    assert!(server.join().unwrap(), "asked twice");
}

#[test]
fn a_gateway_with_a_port_of_its_own_is_reached_elsewhere() {
    for target in ["/readyz", "http://lifeboat.example:8443/readyz"] {
        let (listener, _) = listener();
        let place = listener.local_addr().unwrap().to_string();
        let server = gives(listener, &[(200, ALL)]);
        let gateway = ["--gateway", "http://lifeboat.example:8443"];
        let done = call(&[&[target, "--connect-to", &place], &gateway[..]].concat());
        assert_eq!(done.status.code(), Some(0), "{}", said(&done));
        let heads = server.join().unwrap();
        assert!(heads[0].starts_with("GET /readyz "), "{heads:?}");
    }
    let shown = call(&[
        "/readyz",
        "--curl",
        "--gateway",
        "http://lifeboat.example:8443",
        "--connect-to",
        "127.0.0.1:9",
    ]);
    let shown = said(&shown);
    assert!(
        shown.contains("url = \"http://lifeboat.example:8443/readyz\""),
        "{shown}"
    );
    assert!(shown.contains("connect-to = \"::127.0.0.1:9\""), "{shown}");
}

#[test]
fn two_slashes_name_no_other_host_and_what_is_wrong_is_named() {
    let elsewhere = call(&["//lifeboat.example/x", "--gateway", "http://127.0.0.1:9"]);
    assert_eq!(elsewhere.status.code(), Some(2), "{}", said(&elsewhere));
    assert!(said(&elsewhere).contains("//lifeboat.example/x"));
    let nobody = call(&["/x", "--gateway", "http://127.0.0.1:9"]);
    assert_eq!(nobody.status.code(), Some(1));
    assert!(said(&nobody).contains("next:"), "{}", said(&nobody));
    let keyless = ["--as", "officer", "--client-id", "a", "--key-file", "/nope"];
    let keyless = call(&[&["/x", "--gateway", "http://127.0.0.1:9"], &keyless[..]].concat());
    assert_eq!(keyless.status.code(), Some(2));
    assert!(said(&keyless).contains("--key-file /nope"));
}
