//! What may be used once is used once, across copies of a service, or not at all.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use access::replay::{Replay, ReplayUnavailable};
use access::store::SharedStore;
use futures_util::future::join_all;
use secrecy::SecretString;
use test_support::authority::{Authority, Term};
use test_support::redis::{self, Server};
use test_support::tls_front::TlsFront;

const MINUTE: Duration = Duration::from_mins(1);

async fn copy(url: &str) -> Replay {
    Replay::shared(SharedStore::open(&url.into(), None).await.unwrap())
}

/// Whether something new counts as new, once the store answers in time: where it did not, it may have heard all the same, and is
/// asked about something else.
async fn knows_new(replay: &Replay) -> bool {
    let answers = tokio::time::timeout(MINUTE, async {
        loop {
            let new = uuid::Uuid::new_v4().to_string();
            if let Ok(first) = replay.first_use(&new, MINUTE).await {
                return first;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    });
    answers.await.unwrap()
}

#[tokio::test]
async fn used_once_across_copies() {
    let url = redis::url().await;
    let copies = join_all((0..4).map(|_| copy(&url))).await;
    let mut rounds_in_time = 0;
    for round in 0..20 {
        let key = format!("proof {round}");
        let uses = copies
            .iter()
            .cycle()
            .take(40)
            .map(|copy| copy.first_use(&key, MINUTE));
        let uses = join_all(uses).await;
        let firsts = uses.iter().filter(|used| **used == Ok(true)).count();
        // On a machine that stands still the first one may not hear that it was the first.
        if uses.iter().all(Result::is_ok) {
            assert_eq!(firsts, 1);
            rounds_in_time += 1;
        }
        assert!(firsts <= 1);
    }
    assert!(rounds_in_time >= 10, "{rounds_in_time}");
}

#[tokio::test]
async fn a_use_is_forgotten_after_its_time() {
    let replay = copy(&redis::url().await).await;
    let short = Duration::from_secs(2);
    for round in 0..10 {
        let key = format!("a {round}");
        let begun = Instant::now();
        let first = replay.first_use(&key, short).await;
        let second = replay.first_use(&key, short).await;
        let is_in_time = begun.elapsed() < short;
        tokio::time::sleep(Duration::from_secs(3)).await;
        let uses = [first, second, replay.first_use(&key, short).await];
        // Of a machine that stands still nothing is learnt: then once more.
        if is_in_time && uses.iter().all(Result::is_ok) {
            assert_eq!(uses, [Ok(true), Ok(false), Ok(true)]);
            return;
        }
    }
    panic!("the store never answered in time");
}

#[tokio::test]
async fn the_store_down_is_a_refusal_within_a_second_and_it_comes_back() {
    let mut server = Server::start();
    let replay = copy(server.url()).await;
    assert!(knows_new(&replay).await);
    server.kill();
    let mut took = Vec::new();
    for _ in 0..5 {
        let start = Instant::now();
        assert_eq!(
            replay.first_use("b", MINUTE).await,
            Err(ReplayUnavailable::Down)
        );
        took.push(start.elapsed());
    }
    // The machine may stand still in one of them or two.
    took.sort_unstable();
    assert!(took[2] < Duration::from_secs(1), "{took:?}");
    assert!(took[4] < Duration::from_secs(10), "{took:?}");
    server.start_again();
    assert!(knows_new(&replay).await);
}

#[tokio::test]
async fn a_store_that_is_down_at_the_start_is_used_once_it_is_there() {
    let mut server = Server::start();
    server.kill();
    let replay = copy(server.url()).await;
    assert_eq!(
        replay.first_use("a", MINUTE).await,
        Err(ReplayUnavailable::Down)
    );
    server.start_again();
    assert!(knows_new(&replay).await);
}

#[tokio::test]
async fn identifiers_do_not_reach_the_store() {
    let url = redis::url().await;
    copy(&url)
        .await
        .first_use("A123456789", MINUTE)
        .await
        .unwrap();
    let mut connection = ::redis::Client::open(url)
        .unwrap()
        .get_multiplexed_async_connection()
        .await
        .unwrap();
    let keys: Vec<String> = ::redis::cmd("KEYS")
        .arg("*")
        .query_async(&mut connection)
        .await
        .unwrap();
    assert_eq!(keys.len(), 1);
    assert!(!keys[0].contains("A123456789"));
}

#[tokio::test]
async fn what_is_no_redis_is_said_at_once() {
    for wrong in ["", "localhost", "http://127.0.0.1:1"] {
        assert!(SharedStore::open(&wrong.into(), None).await.is_err());
    }
}

#[tokio::test]
async fn a_store_behind_tls_is_used_where_its_certificate_is_believed() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let url = redis::url().await;
    let place = url
        .trim_start_matches("redis://")
        .split('/')
        .next()
        .unwrap();
    let own = ours.issue(&["127.0.0.1"], Term::Current);
    let front = TlsFront::before(place, &own).await;
    let secure: SecretString = format!("rediss://127.0.0.1:{}/0", front.port()).into();
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        std::fs::write(&file, text).unwrap();
        file
    };
    let believed = file("ours.crt", &ours.certificate());
    let store = SharedStore::open(&secure, Some(&believed)).await.unwrap();
    let replay = Replay::shared(store);
    assert!(replay.first_use("over TLS", MINUTE).await.unwrap());
    assert!(!replay.first_use("over TLS", MINUTE).await.unwrap());

    let strange = file("theirs.crt", &theirs.certificate());
    let store = SharedStore::open(&secure, Some(&strange)).await.unwrap();
    assert!(Replay::shared(store).first_use("no", MINUTE).await.is_err());

    let empty = file("empty.crt", "nothing");
    for (url, authorities) in [
        (secure, empty),
        (url.as_str().into(), believed),
        (
            "rediss://127.0.0.1".into(),
            folder.path().join("nowhere.crt"),
        ),
    ] {
        let said = SharedStore::open(&url, Some(&authorities))
            .await
            .unwrap_err();
        let said = said.to_string();
        assert!(said.contains(authorities.to_str().unwrap()), "{said}");
    }
}
