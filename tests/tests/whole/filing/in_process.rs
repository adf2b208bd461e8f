//! Filing where no broker is configured: two copies on one database, killed again and again while they hand on what they
//! took to the consumer within them.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use test_support::postgres::{self, psql};
use tokio::task::spawn_blocking;
use uuid::Uuid;

use super::copies::Copies;
use super::{Book, PATIENCE, load};

/// Applications filed at once.
const BATCH: usize = 50;

/// How often that is done; in the middle of each a copy is killed.
const BATCHES: usize = 8;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_broker_copies_that_are_killed_hand_on_each_application_once() {
    let database = postgres::database().await;
    let url = database.url.clone();
    let loading = url.clone();
    spawn_blocking(move || load(&loading)).await.unwrap();
    let (mut copies, door) = Copies::start(&url, None).await;
    let book = Book::default();
    let mut receipts: Vec<Uuid> = Vec::new();
    for batch in 0..BATCHES {
        let filing = join_all((0..BATCH).map(|number| book.file(&door, batch * BATCH + number)));
        let killing = async {
            tokio::time::sleep(Duration::from_millis(fastrand::u64(5..60))).await;
            copies.kill(batch % 2);
        };
        let (filed, ()) = tokio::join!(filing, killing);
        receipts.extend(filed.into_iter().map(|(id, _)| id));
        copies.watch();
    }
    receipts.sort_unstable();
    let query = |sql: &str| psql(&url, sql).unwrap();
    let states = "SELECT state, count(*) FROM journal_household.application GROUP BY state";
    let all = format!("forwarded|{}", BATCH * BATCHES);
    let deadline = Instant::now() + PATIENCE;
    while query(states) != all {
        assert!(Instant::now() < deadline, "{}", query(states));
        copies.watch();
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    let kept = query("SELECT message_id FROM journal_household.inbox ORDER BY message_id");
    let kept: Vec<Uuid> = kept.lines().map(|id| id.parse().unwrap()).collect();
    assert_eq!(
        kept, receipts,
        "each receipt's application is kept, and once"
    );
    assert_eq!(query("SELECT count(*) FROM journal_household.parked"), "0");
    println!(
        "{} filed and handed on within the process, {BATCHES} kills, {} starts",
        kept.len(),
        copies.starts()
    );
}
