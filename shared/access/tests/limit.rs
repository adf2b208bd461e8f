//! A limit holds for each key, across copies of a service, and goes on holding when the shared store is gone.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::num::NonZeroU32;
use std::time::Duration;

use access::limit::{Admission, Decision, Limit, Rate};
use access::replay::{Replay, ReplayUnavailable};
use access::store::SharedStore;
use chrono::DateTime;
use futures_util::future::join_all;
use runtime::clock::{self, ManualClock};
use test_support::redis::{self, Server};

const MINUTE: Duration = Duration::from_mins(1);

/// One a second in the long run, five at once.
fn rate() -> Rate {
    Rate::new(number(60), Duration::from_mins(1), number(5))
}

/// Five at once, and none after them for as long as a test takes.
fn slow_rate() -> Rate {
    Rate::new(number(1), MINUTE, number(5))
}

fn number(value: u32) -> NonZeroU32 {
    NonZeroU32::new(value).unwrap()
}

async fn copy(name: &'static str, url: &str) -> Limit {
    let store = SharedStore::open(&url.into(), None).await.unwrap();
    Limit::new(name, slow_rate(), Some(store), clock::system())
}

/// How many requests of the limit called `name` were counted without the store.
fn fallbacks(name: &str) -> u64 {
    let series = format!("lifeboat_rate_limit_fallback_total{{limit=\"{name}\"}} ");
    let all = runtime::metrics::render();
    let count = all.lines().find_map(|line| line.strip_prefix(&series));
    count.unwrap().parse().unwrap()
}

async fn allowed(limit: &Limit, key: &str, times: usize) -> usize {
    let decisions = join_all((0..times).map(|_| limit.check(key))).await;
    decisions
        .into_iter()
        .filter(|decision| *decision == Decision::Allowed)
        .count()
}

#[tokio::test]
async fn in_one_process_each_key_has_its_own_limit() {
    let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let limit = Limit::new("person", rate(), None, clock.clone());
    assert_eq!(allowed(&limit, "a", 8).await, 5);
    assert_eq!(
        limit.check("a").await,
        Decision::Limited {
            retry_after: Duration::from_secs(1)
        }
    );
    assert_eq!(allowed(&limit, "b", 8).await, 5);
    clock.advance(chrono::Duration::milliseconds(999));
    assert!(matches!(limit.check("a").await, Decision::Limited { .. }));
    clock.advance(chrono::Duration::milliseconds(1));
    assert_eq!(allowed(&limit, "a", 8).await, 1);
    clock.advance(chrono::Duration::seconds(100));
    assert_eq!(allowed(&limit, "a", 8).await, 5);
}

#[tokio::test]
async fn copies_share_a_limit() {
    runtime::metrics::install().unwrap();
    let url = redis::url().await;
    let copies = join_all((0..4).map(|_| copy("shared", &url))).await;
    for round in 0..10 {
        let (one, other) = (format!("a {round}"), format!("b {round}"));
        let before = fallbacks("shared");
        let counts = join_all(copies.iter().map(|copy| allowed(copy, &one, 5))).await;
        let of_other = copies[3].check(&other).await;
        let one_more = copies[0].check(&one).await;
        // On a machine that stands still the store does not answer in time, and each copy limits by itself: then once more.
        if fallbacks("shared") == before {
            assert_eq!(counts.into_iter().sum::<usize>(), 5);
            assert_eq!(of_other, Decision::Allowed);
            let Decision::Limited { retry_after } = one_more else {
                panic!("the sixth is one too many");
            };
            assert!(retry_after <= MINUTE, "{retry_after:?}");
            return;
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    panic!("the store never answered in time");
}

#[tokio::test]
async fn a_share_grows_back_in_the_store() {
    let store = SharedStore::open(&redis::url().await.as_str().into(), None)
        .await
        .unwrap();
    let quick = Rate::new(number(1), Duration::from_secs(1), number(1));
    let limit = Limit::new("quick", quick, Some(store), clock::system());
    for round in 0..10 {
        let key = format!("a {round}");
        assert_eq!(limit.check(&key).await, Decision::Allowed);
        // Where the machine stands still in between, the share has grown back already: then once more.
        if let Decision::Limited { retry_after } = limit.check(&key).await {
            tokio::time::sleep(retry_after + Duration::from_millis(5)).await;
            assert_eq!(limit.check(&key).await, Decision::Allowed);
            return;
        }
    }
    panic!("the second at once is one too many");
}

#[tokio::test]
async fn without_the_store_each_copy_limits_by_itself() {
    let mut server = Server::start();
    let copies = [
        copy("person", server.url()).await,
        copy("person", server.url()).await,
    ];
    assert_eq!(copies[0].check("a").await, Decision::Allowed);
    server.kill();
    for copy in &copies {
        assert_eq!(allowed(copy, "b", 20).await, 5);
    }
    server.start_again();
    let shared_again = tokio::time::timeout(MINUTE, async {
        // What one copy used up, the other sees.
        loop {
            let key = uuid::Uuid::new_v4().to_string();
            if allowed(&copies[0], &key, 10).await + allowed(&copies[1], &key, 10).await < 8 {
                break;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    });
    shared_again.await.unwrap();
}

async fn repeated_requests_are_not_counted(limits: [Limit; 2], replays: [Replay; 2]) {
    let uses = (0..40).map(|number| {
        let (limit, replay) = (&limits[number % 2], &replays[number / 2 % 2]);
        limit.check_first_use("a", replay, "proof", MINUTE)
    });
    let outcomes = join_all(uses).await;
    let counted = outcomes
        .iter()
        .filter(|outcome| **outcome == Ok(Admission::Counted(Decision::Allowed)))
        .count();
    let replayed = outcomes
        .iter()
        .filter(|outcome| **outcome == Ok(Admission::Replayed))
        .count();
    assert_eq!((counted, replayed), (1, 39));
    assert_eq!(allowed(&limits[0], "a", 4).await, 4);
}

#[tokio::test]
async fn of_repeated_requests_one_is_let_in_and_counted() {
    let url = redis::url().await;
    let first = SharedStore::open(&url.as_str().into(), None).await.unwrap();
    let second = SharedStore::open(&url.as_str().into(), None).await.unwrap();
    let limit =
        |store: &SharedStore| Limit::new("person", rate(), Some(store.clone()), clock::system());
    // Each copy has one store for both, and then two: the way is another, the outcome the same.
    let stores = || [first.clone(), second.clone()].map(Replay::shared);
    repeated_requests_are_not_counted([limit(&first), limit(&second)], stores()).await;
}

#[tokio::test]
async fn of_repeated_requests_one_is_let_in_and_counted_in_one_process() {
    let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let limit = Limit::new("person", rate(), None, clock.clone());
    let replay = Replay::memory(clock);
    let admit = |proof: &'static str| limit.check_first_use("a", &replay, proof, MINUTE);
    assert_eq!(admit("1").await, Ok(Admission::Counted(Decision::Allowed)));
    assert_eq!(admit("1").await, Ok(Admission::Replayed));
    assert_eq!(allowed(&limit, "a", 8).await, 4);
    assert!(matches!(
        admit("2").await,
        Ok(Admission::Counted(Decision::Limited { .. }))
    ));
    assert_eq!(admit("2").await, Ok(Admission::Replayed));
}

#[tokio::test]
async fn with_the_store_down_no_use_is_the_first() {
    let mut server = Server::start();
    let store = SharedStore::open(&server.url().into(), None).await.unwrap();
    let limit = Limit::new("person", rate(), Some(store.clone()), clock::system());
    let replay = Replay::shared(store);
    let first = limit.check_first_use("a", &replay, "1", MINUTE).await;
    assert_eq!(first, Ok(Admission::Counted(Decision::Allowed)));
    server.stop();
    let second = limit.check_first_use("a", &replay, "2", MINUTE).await;
    assert_eq!(second, Err(ReplayUnavailable::Down));
}
