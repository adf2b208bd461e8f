//! A database that is away, or held by a copy of the service that is.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use journal::{Journal, NotFiled, Unreachable};
use sea_orm::{ConnectionTrait, TransactionTrait};
use serde_json::json;
use test_support::postgres;
use test_support::proxy::{Line, Proxy};
use tokio::time::timeout;

use crate::place::{PERSON, Place, filed, new, rows, with_form};

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_database_nothing_is_filed_and_later_the_same_key_is_good() {
    let mut server = tokio::task::spawn_blocking(postgres::Server::start)
        .await
        .unwrap();
    let journal = Journal::open(server.url(), "household").await.unwrap();
    let before = filed(&journal, new(PERSON, "before")).await.unwrap();
    for kill in [true, false] {
        let key = format!("while away, {kill}").replace(' ', "-");
        if kill {
            server.kill();
        } else {
            server.stop();
        }
        assert_eq!(
            journal.file(new(PERSON, &key)).await,
            Err(NotFiled::Unavailable)
        );
        assert_eq!(journal.dossier(PERSON, before.id).await, Err(Unreachable));
        assert_eq!(journal.of_person(PERSON, None, 9).await, Err(Unreachable));
        server = tokio::task::spawn_blocking(move || {
            server.start_again();
            server
        })
        .await
        .unwrap();
        let first = filed(&journal, new(PERSON, &key)).await.unwrap();
        assert_eq!(filed(&journal, new(PERSON, &key)).await.unwrap(), first);
    }
    assert_eq!(
        filed(&journal, new(PERSON, "before")).await.unwrap(),
        before
    );
    assert_eq!(journal.position().await.unwrap(), 3);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_somebody_else_holds_is_waited_for_and_not_for_long() {
    let place = Place::sqlite();
    let journal = place.journal().await;
    let tables = place.tables().await;
    let held = tables.begin().await.unwrap();
    held.execute_unprepared("UPDATE head SET position = position")
        .await
        .unwrap();
    let outcome = timeout(PATIENCE, journal.file(new(PERSON, "key")))
        .await
        .unwrap();
    assert_eq!(outcome, Err(NotFiled::Unavailable));
    held.rollback().await.unwrap();
    assert_eq!(
        filed(&journal, new(PERSON, "key")).await.unwrap().position,
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_whose_line_is_dead_does_not_keep_the_others_from_filing() {
    let place = Place::postgres().await;
    let server = place
        .url
        .rsplit_once('@')
        .unwrap()
        .1
        .split('/')
        .next()
        .unwrap();
    let proxy = Proxy::start(server).await;
    let cut_off = Journal::open(&proxy.in_front_of(&place.url), "household")
        .await
        .unwrap();
    let alive = place.journal().await;
    let long = json!({"lost_at": "x".repeat(2_000)});
    let batch: Vec<_> = (0..40)
        .map(|number| with_form(PERSON, &format!("cut-off-{number}"), &long))
        .collect();
    // Slowly enough to be caught in the middle of a commit, holding the journal's head.
    proxy.set(Line::Slow(4_000));
    let is_caught = AtomicBool::new(false);
    let filing = async {
        loop {
            let all = batch.iter().map(|one| cut_off.file(one.clone()));
            let outcomes = join_all(all).await;
            if is_caught.load(Ordering::Relaxed) {
                return outcomes;
            }
        }
    };
    let stalling = async {
        let tables = place.tables().await;
        let holding = "SELECT pid FROM pg_stat_activity
            WHERE datname = current_database() AND backend_xid IS NOT NULL";
        let catching = async {
            loop {
                while rows(&tables, holding).await.is_empty() {
                    tokio::time::sleep(Duration::from_millis(5)).await;
                }
                proxy.set(Line::Stall);
                // Where the machine stood still, the commit was given up before the line was dead: then the next one is caught.
                if !rows(&tables, holding).await.is_empty() {
                    return;
                }
                proxy.set(Line::Slow(4_000));
            }
        };
        let caught = timeout(PATIENCE, catching).await;
        assert!(caught.is_ok(), "nobody holds the head");
        is_caught.store(true, Ordering::Relaxed);
        let filing_on = filed(&alive, new(PERSON, "alive"));
        timeout(PATIENCE, filing_on).await.unwrap().unwrap()
    };
    let (outcomes, filed_meanwhile) = tokio::join!(filing, stalling);
    assert!(
        outcomes
            .iter()
            .all(|outcome| *outcome == Err(NotFiled::Unavailable))
    );
    assert_eq!(filed_meanwhile.position, 1);
    proxy.set(Line::Pass);
    // The same keys are good.
    for application in batch {
        filed(&cut_off, application).await.unwrap();
    }
    assert_eq!(alive.position().await.unwrap(), 41);
}
