//! An entry is on disk when the append returns, and reads back as it was.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::stores::{Store, entry, noon};
use audit::{AuditLog, Cursor, Unwritten};
use runtime::clock::ManualClock;
use test_support::postgres::{self, Server};
use test_support::proxy::{Line, Proxy};
use tokio::sync::Notify;
use tokio::time::timeout;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(1);

/// Who waits so long for an append is told that its outcome is unknown.
const UNKNOWN: Duration = Duration::from_secs(2);

/// Appends an entry, and another one where that is not said to be written, until one is.
async fn append_at_last(log: &AuditLog) {
    let deadline = Instant::now() + PATIENCE;
    while log.append(vec![entry("A123456789")]).await.is_err() {
        assert!(Instant::now() < deadline, "it does not recover");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
async fn an_entry_reads_back_as_it_was_written() {
    for store in Store::both().await {
        let log = store.open("gateway-1").await;
        let mut bare = entry("A123456789");
        bare.agency = None;
        bare.post = None;
        bare.purpose = None;
        bare.case_number = None;
        bare.fields.clear();
        bare.address = Some("2001:db8::7".parse().unwrap());
        let written = vec![bare, entry("A123456789")];
        log.append(written.clone()).await.unwrap();
        let page = log.of_subject("A123456789", None, 10).await.unwrap();
        assert_eq!(page.entries, written.into_iter().rev().collect::<Vec<_>>());
        assert_eq!(page.next, None);
        assert!(log.verify(&[]).await.unwrap().is_whole());
    }
}

#[tokio::test]
async fn a_person_reads_their_own_entries_newest_first_page_by_page() {
    for store in Store::both().await {
        let log = store.open("gateway-1").await;
        let mut own = Vec::new();
        for _ in 0..25 {
            let mine = entry("A123456789");
            own.push(mine.id);
            log.append(vec![mine, entry("B123456780")]).await.unwrap();
        }
        own.reverse();
        let (mut read, mut cursor, mut pages) = (Vec::new(), None, 0);
        loop {
            let page = log.of_subject("A123456789", cursor, 10).await.unwrap();
            read.extend(page.entries.iter().map(|entry| entry.id));
            pages += 1;
            assert!(pages <= 3, "the pages do not end");
            cursor = page
                .next
                .map(|next| next.to_string().parse::<Cursor>().unwrap());
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!((read, pages), (own, 3));
        let nobody = log.of_subject("C123456789", None, 10).await.unwrap();
        assert!(nobody.entries.is_empty());
    }
}

#[tokio::test]
async fn what_a_store_cannot_hold_spoils_nothing() {
    for store in Store::both().await {
        let log = store.open("gateway-1").await;
        let mut odd = entry("A1234\u{0}6789");
        odd.fields.push("a\u{0}".to_owned());
        log.append(vec![odd]).await.unwrap();
        let found = log.of_subject("A1234\u{fffd}6789", None, 10).await.unwrap();
        assert_eq!(found.entries.len(), 1);
        assert!(log.verify(&[]).await.unwrap().is_whole());
        assert!("not-a-cursor".parse::<Cursor>().is_err());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_appends_at_once_are_all_there_once_and_share_commits() {
    for store in Store::both().await {
        let log = store.open("gateway-1").await;
        let tasks: Vec<_> = (0..400)
            .map(|_| {
                let log = log.clone();
                tokio::spawn(async move {
                    let one = entry("A123456789");
                    let id = one.id;
                    log.append(vec![one]).await.map(|()| id)
                })
            })
            .collect();
        let mut ids = HashSet::new();
        for task in tasks {
            ids.insert(task.await.unwrap().unwrap());
        }
        let page = log.of_subject("A123456789", None, 1_000).await.unwrap();
        let found: HashSet<_> = page.entries.iter().map(|entry| entry.id).collect();
        assert_eq!((page.entries.len(), found), (400, ids));
        let verdict = log.verify(&[]).await.unwrap();
        assert!(verdict.is_whole());
        assert_eq!(verdict.chains[0].end.seq, 400);
    }
}

#[tokio::test]
async fn a_chain_goes_on_after_a_restart_and_writers_do_not_meet() {
    for store in Store::both().await {
        for _ in 0..2 {
            let log = store.open("gateway-1").await;
            log.append(vec![entry("A123456789")]).await.unwrap();
            let other = store.open("gateway-2").await;
            other.append(vec![entry("A123456789"); 3]).await.unwrap();
        }
        let log = store.open("reader").await;
        let verdict = log.verify(&[]).await.unwrap();
        assert!(verdict.is_whole(), "{:?}", verdict.faults);
        let ends: Vec<_> = verdict
            .chains
            .iter()
            .map(|chain| (chain.end.writer.as_str(), chain.end.seq, chain.entries))
            .collect();
        assert_eq!(ends, [("gateway-1", 2, 2), ("gateway-2", 6, 6)]);
        assert_eq!(log.checkpoints().await.unwrap().len(), 2);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_processes_of_one_name_keep_one_sound_chain() {
    for store in Store::both().await {
        let (one, two) = (store.open("gateway").await, store.open("gateway").await);
        for _ in 0..30 {
            let (a, b) = tokio::join!(
                one.append(vec![entry("A123456789")]),
                two.append(vec![entry("A123456789")])
            );
            a.unwrap();
            b.unwrap();
        }
        let verdict = one.verify(&[]).await.unwrap();
        assert!(verdict.is_whole(), "{:?}", verdict.faults);
        assert_eq!(verdict.chains[0].entries, 60);
    }
}

#[tokio::test]
async fn copies_that_start_together_bring_the_tables_up_once() {
    let store = Store::Postgres(postgres::database().await);
    let (a, b, c) = tokio::join!(store.open("a"), store.open("b"), store.open("c"));
    for log in [a, b, c] {
        log.append(vec![entry("A123456789")]).await.unwrap();
    }
}

#[tokio::test]
async fn a_store_that_is_down_or_silent_is_said_so_in_time_and_recovered_from() {
    let database = postgres::database().await;
    let upstream = postgres::psql(
        &database.url,
        "SELECT host(inet_server_addr()) || ':' || inet_server_port()",
    )
    .unwrap();
    let proxy = Proxy::start(upstream).await;
    let url = proxy.in_front_of(&database.url);
    let log = AuditLog::open(&url, "gateway-1", ManualClock::new(noon()))
        .await
        .unwrap();
    append_at_last(&log).await;
    for broken in [Line::Stall, Line::Refuse, Line::Cut] {
        proxy.set(broken);
        tokio::time::sleep(Duration::from_millis(50)).await;
        let begun = Instant::now();
        let several = tokio::join!(
            log.append(vec![entry("A123456789")]),
            log.append(vec![entry("A123456789")])
        );
        assert_eq!(several, (Err(Unwritten), Err(Unwritten)), "{broken:?}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{broken:?}");
        proxy.set(Line::Pass);
        append_at_last(&log).await;
    }
    assert!(log.verify(&[]).await.unwrap().is_whole());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_acknowledged_is_lost_when_the_server_is_killed() {
    let mut server = tokio::task::spawn_blocking(Server::start).await.unwrap();
    let url = server.url().to_owned();
    let log = AuditLog::open(&url, "gateway-1", ManualClock::new(noon()))
        .await
        .unwrap();
    let (first, over) = (Arc::new(Notify::new()), Arc::new(AtomicBool::new(false)));
    let tasks: Vec<_> = (0..8)
        .map(|_| {
            let (log, first, over) = (log.clone(), Arc::clone(&first), Arc::clone(&over));
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                while !over.load(Ordering::Relaxed) {
                    let one = entry("A123456789");
                    let id = one.id;
                    match log.append(vec![one]).await {
                        Ok(()) => {
                            acknowledged.push(id);
                            first.notify_one();
                        }
                        // The server is away, or the machine stands still.
                        Err(Unwritten) => tokio::time::sleep(Duration::from_millis(10)).await,
                    }
                }
                acknowledged
            })
        })
        .collect();
    timeout(PATIENCE, first.notified()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(300)).await;
    let server = tokio::task::spawn_blocking(move || {
        server.kill();
        server.start_again();
        server
    })
    .await
    .unwrap();
    over.store(true, Ordering::Relaxed);
    let mut acknowledged = HashSet::new();
    for task in tasks {
        acknowledged.extend(timeout(PATIENCE, task).await.unwrap().unwrap());
    }
    assert!(!acknowledged.is_empty());
    append_at_last(&log).await;
    let page = log.of_subject("A123456789", None, 1_000_000).await.unwrap();
    let found: HashSet<_> = page.entries.iter().map(|entry| entry.id).collect();
    assert!(acknowledged.is_subset(&found));
    assert!(log.verify(&[]).await.unwrap().is_whole());
    drop(server);
}

#[tokio::test]
async fn a_file_that_cannot_be_written_is_said_so_in_time() {
    for _ in 0..5 {
        if a_held_file_is_said_so().await {
            return;
        }
    }
    panic!("the machine stood still each time");
}

/// Whether it is known of every entry if it was written: where the machine stood still in between it is not.
async fn a_held_file_is_said_so() -> bool {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("audit.sqlite");
    let url = format!("sqlite://{}", file.display());
    let log = AuditLog::open(&url, "gateway-1", ManualClock::new(noon()))
        .await
        .unwrap();
    let before = log.append(vec![entry("A123456789")]).await;
    let holder = rusqlite::Connection::open(&file).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    let begun = Instant::now();
    let refused = log.append(vec![entry("A123456789")]).await;
    let took = begun.elapsed();
    assert_eq!(refused, Err(Unwritten));
    assert!(took < Duration::from_secs(10), "{took:?}");
    holder.execute_batch("ROLLBACK").unwrap();
    let after = log.append(vec![entry("A123456789")]).await;
    if before.is_err() || after.is_err() || took >= UNKNOWN {
        return false;
    }
    assert_eq!(log.verify(&[]).await.unwrap().chains[0].entries, 2);
    true
}

#[tokio::test]
async fn a_url_of_no_known_kind_is_refused_without_being_repeated() {
    let error = AuditLog::open("mysql://u:secret@h/d", "w", ManualClock::new(noon()))
        .await
        .unwrap_err();
    assert!(!error.to_string().contains("secret"));
}
