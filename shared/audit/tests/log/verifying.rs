//! Whatever is done to the log behind its back is found.

use crate::stores::{Store, entry};
use audit::{Checkpoint, Fault};

const WRITER: &str = "gateway-1";

/// Ten entries, then `attack`; what is found, with the end of the chain before the attack as checkpoint or without.
async fn faults_after(store: &Store, attack: &str, with_checkpoint: bool) -> Vec<Fault> {
    let log = store.open(WRITER).await;
    for _ in 0..10 {
        log.append(vec![entry("A123456789")]).await.unwrap();
    }
    let checkpoints = log.checkpoints().await.unwrap();
    assert!(log.verify(&checkpoints).await.unwrap().is_whole());
    store.tamper(attack);
    let expected: &[Checkpoint] = if with_checkpoint { &checkpoints } else { &[] };
    log.verify(expected).await.unwrap().faults
}

fn writer() -> String {
    WRITER.to_owned()
}

#[tokio::test]
async fn the_tables_refuse_changes_by_mistake() {
    for store in Store::both().await {
        let log = store.open(WRITER).await;
        log.append(vec![entry("A123456789")]).await.unwrap();
        for statement in ["UPDATE entry SET status = 404", "DELETE FROM entry"] {
            let refused = store.execute(statement).unwrap_err();
            assert!(refused.contains("append-only"), "{refused}");
        }
    }
}

#[tokio::test]
async fn an_edit_of_any_column_is_found() {
    let edits = [
        "recorded_us = recorded_us + 1",
        "at_us = at_us - 1",
        "subject = 'B123456780'",
        "caller_kind = 'citizen'",
        "caller = 'other'",
        "agency = NULL",
        "post = '科長'",
        "purpose = 'audit'",
        "case_number = ''",
        "service = 'x'",
        "action = 'x'",
        "fields = '[\"name\"]'",
        "fields = 'not even JSON'",
        "status = 404",
        "address = NULL",
        "address = 'not an address'",
    ];
    for store in Store::both().await {
        let mut expected = Vec::new();
        for (at, edit) in edits.into_iter().enumerate() {
            let writer = format!("gateway-{at:02}");
            let log = store.open(&writer).await;
            log.append(vec![entry("A123456789"); 5]).await.unwrap();
            store.tamper(&format!(
                "UPDATE entry SET {edit} WHERE seq = 4 AND writer = '{writer}'"
            ));
            expected.push(Fault::Edited { writer, seq: 4 });
        }
        let verdict = store.open("reader").await.verify(&[]).await.unwrap();
        assert_eq!(verdict.faults, expected);
    }
}

#[tokio::test]
async fn deletions_are_found_wherever_they_are() {
    for (attack, from, to) in [
        ("DELETE FROM entry WHERE seq = 1", 1, 1),
        ("DELETE FROM entry WHERE seq BETWEEN 4 AND 6", 4, 6),
    ] {
        for store in Store::both().await {
            let found = faults_after(&store, attack, false).await;
            assert_eq!(
                found,
                [Fault::Missing {
                    writer: writer(),
                    from,
                    to
                }]
            );
        }
    }
}

#[tokio::test]
async fn closing_the_gap_after_a_deletion_is_found() {
    let attack = "DELETE FROM entry WHERE seq = 4; UPDATE entry SET seq = seq - 1 WHERE seq > 4;";
    for store in Store::both().await {
        let found = faults_after(&store, attack, false).await;
        let unlinked = Fault::Unlinked {
            writer: writer(),
            seq: 4,
        };
        assert!(found.contains(&unlinked), "{found:?}");
        let edited = Fault::Edited {
            writer: writer(),
            seq: 4,
        };
        assert!(found.contains(&edited), "{found:?}");
    }
}

#[tokio::test]
async fn reordering_is_found() {
    let attack = "UPDATE entry SET seq = 104 WHERE seq = 4; UPDATE entry SET seq = 4 WHERE seq = 5;
        UPDATE entry SET seq = 5 WHERE seq = 104;";
    for store in Store::both().await {
        let found = faults_after(&store, attack, false).await;
        for seq in [4, 5] {
            assert!(
                found.contains(&Fault::Edited {
                    writer: writer(),
                    seq
                }),
                "{found:?}"
            );
            assert!(
                found.contains(&Fault::Unlinked {
                    writer: writer(),
                    seq
                }),
                "{found:?}"
            );
        }
    }
}

#[tokio::test]
async fn truncation_is_found_by_the_checkpoint() {
    for (attack, left) in [
        ("DELETE FROM entry WHERE seq > 7", 7),
        ("DELETE FROM entry", 0),
    ] {
        for store in Store::both().await {
            let found = faults_after(&store, attack, true).await;
            let truncated = Fault::Truncated {
                writer: writer(),
                expected: 10,
                found: left,
            };
            assert_eq!(found, [truncated]);
        }
    }
}

#[tokio::test]
async fn a_tail_written_anew_is_found_by_the_checkpoint() {
    for store in Store::both().await {
        let log = store.open(WRITER).await;
        log.append(vec![entry("A123456789"); 10]).await.unwrap();
        let checkpoints = log.checkpoints().await.unwrap();
        drop(log);
        store.tamper("DELETE FROM entry WHERE seq > 7");
        let forger = store.open(WRITER).await;
        forger.append(vec![entry("B123456780"); 5]).await.unwrap();
        assert!(
            forger.verify(&[]).await.unwrap().is_whole(),
            "sound in itself"
        );
        let found = forger.verify(&checkpoints).await.unwrap().faults;
        assert_eq!(
            found,
            [Fault::Rewritten {
                writer: writer(),
                seq: 10
            }]
        );
    }
}

#[tokio::test]
async fn a_chain_longer_than_a_page_is_walked_to_its_end() {
    for store in Store::both().await {
        let log = store.open(WRITER).await;
        for _ in 0..5 {
            log.append(vec![entry("A123456789"); 1_000]).await.unwrap();
        }
        store.tamper("UPDATE entry SET status = 404 WHERE seq IN (2000, 2001, 4999)");
        let verdict = log.verify(&[]).await.unwrap();
        assert_eq!(verdict.chains[0].entries, 5_000);
        assert_eq!(verdict.faults.len(), 3);
    }
}
