//! Who consumes a message twice writes it once.

use std::collections::BTreeSet;

use journal::broker::Outcome;
use test_support::postgres;

use crate::site::{Answering, Site, Writing};

#[tokio::test]
async fn a_message_published_three_times_is_consumed_once_on_both_databases() {
    let postgres = postgres::database().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("consumer.sqlite");
    for url in [postgres.url.clone(), format!("sqlite://{}", file.display())] {
        let site = Site::shared();
        let messages = site.messages(10);
        let publisher = site.publisher();
        for _ in 0..3 {
            publisher.publish_all(&messages).await.unwrap();
        }
        let handler = Writing::to(&url).await;
        site.consume(&handler, |handler| handler.asked.lock().unwrap().0 >= 30)
            .await;
        assert_eq!(*handler.asked.lock().unwrap(), (30, 20));
        assert_eq!(handler.positions().await, (0..10).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn what_was_not_handled_when_consuming_ended_is_there_for_the_next() {
    let site = Site::shared();
    site.publisher()
        .publish_all(&site.messages(100))
        .await
        .unwrap();
    let (first, second) = (
        Answering::with(Outcome::Done),
        Answering::with(Outcome::Done),
    );
    site.consume(&first, |handler| !handler.seen().is_empty())
        .await;
    let left = 100 - first.seen().len();
    site.consume(&second, |handler| handler.seen().len() >= left)
        .await;
    let both = [first.seen(), second.seen()].concat();
    // Each once; the broker does not promise that what went back comes before what never left.
    let positions: BTreeSet<i64> = both.iter().map(|message| message.position).collect();
    assert_eq!(positions, (0..100).collect());
    assert_eq!(both.len(), 100);
}
