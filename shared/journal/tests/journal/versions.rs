//! A journal that an earlier version left is brought up to date, with everything in it.
//!
//! `released/VERSION.sqlite.sql` and `.postgres.sql` are dumps of a journal that held one of everything when VERSION was
//! the newest migration. They are never changed. A new migration gets its own two: the test says how.

use std::path::{Path, PathBuf};

use journal::{Journal, State};
use test_support::postgres::psql;

use crate::place::{PERSON, Place, at, decided, file_many, on_both, rows};

fn released() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/journal/released")
}

/// The dumps for this kind of database, oldest first: version and SQL.
fn dumps(place: &Place) -> Vec<(String, String)> {
    let kind = if place.url.starts_with("sqlite:") {
        ".sqlite.sql"
    } else {
        ".postgres.sql"
    };
    let mut found: Vec<_> = std::fs::read_dir(released())
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let version = path.file_name()?.to_str()?.strip_suffix(kind)?.to_owned();
            Some((version, std::fs::read_to_string(path).unwrap()))
        })
        .collect();
    found.sort();
    found
}

async fn fill(place: &Place, dump: &str) {
    if place.url.starts_with("sqlite:") {
        // Made by the journal, emptied, so that the file is where it belongs.
        std::fs::File::create(place.url.trim_start_matches("sqlite://")).unwrap();
        place.execute(dump).await;
    } else {
        psql(&place.url, dump).unwrap();
    }
}

/// The migrations that a journal of now has.
async fn versions(place: &Place) -> Vec<String> {
    let tables = place.tables().await;
    let found = rows(
        &tables,
        "SELECT version FROM seaql_migrations ORDER BY version",
    )
    .await;
    found
        .iter()
        .map(|row| row.try_get_by_index(0).unwrap())
        .collect()
}

on_both!(every_migration_has_a_journal_that_it_left, place => {
    place.journal().await;
    let dumped: Vec<_> = dumps(&place).into_iter().map(|(version, _)| version).collect();
    assert_eq!(
        versions(&place).await,
        dumped,
        "fill a journal with place::one_of_everything; then `sqlite3 FILE .dump`, and `pg_dump --inserts --no-owner \
         --schema journal_household`, into {}",
        released().display()
    );
});

on_both!(a_journal_of_every_version_opens_with_all_that_was_in_it, place => {
    let dumped = dumps(&place);
    assert!(!dumped.is_empty());
    for (version, dump) in dumped {
        let place = place.another().await;
        fill(&place, &dump).await;
        let journal = place.journal().await;
        holds_everything(&journal, &place, &version).await;
    }
});

/// What [`crate::place::one_of_everything`] files.
async fn holds_everything(journal: &Journal, place: &Place, version: &str) {
    let mut found = journal.of_person(PERSON, None, 99).await.unwrap();
    found.reverse();
    let states: Vec<_> = found.iter().map(|one| (one.position, one.state)).collect();
    let expected = [
        (1, State::Accepted),
        (2, State::Rejected),
        (3, State::Forwarded),
        (4, State::Forwarded),
        (5, State::Forwarded),
        (15, State::Received),
        (16, State::Received),
    ];
    assert_eq!(states, expected, "{version}");
    assert_eq!(journal.position().await.unwrap(), 16);
    assert_eq!(journal.receipt_keys().await.unwrap().len(), 1);
    for (number, one) in found.iter().enumerate() {
        let dossier = journal.dossier(PERSON, one.id).await.unwrap().unwrap();
        assert_eq!(
            (one.filed_at, &*one.receipt),
            (at(0), &*format!("receipt of {}", one.id))
        );
        assert_eq!(
            dossier.attachments.len(),
            usize::from([3, 4].contains(&number))
        );
    }
    let rejected = journal.dossier(PERSON, found[1].id).await.unwrap().unwrap();
    let steps: Vec<_> = rejected.steps.iter().map(|step| step.state).collect();
    assert_eq!(
        steps,
        [
            State::Received,
            State::Forwarded,
            State::NeedsMore,
            State::Rejected
        ]
    );
    assert_eq!(
        rejected.application.reason.as_deref(),
        Some("rejected，依規定")
    );
    // It goes on: a used key is known, what was exported is not exported again, and the rest is.
    let key = found[0].form["lost_at"]
        .as_str()
        .unwrap()
        .split('"')
        .nth(1)
        .unwrap();
    let again = file_again(journal, key).await;
    assert_eq!(again, found[0].id, "{version}");
    let exported = journal
        .export(&place.folder("handed-back"), None, at(9))
        .await
        .unwrap();
    let exported = exported.unwrap();
    assert_eq!(
        (exported.number, exported.applications),
        (2, 2),
        "{version}"
    );
    journal
        .acknowledge(&[decided(&found[5], State::Accepted, 9)])
        .await
        .unwrap();
    // The backup of an old journal is whole, too.
    let backup = place.folder("backup");
    journal.write_segments(&backup).await.unwrap();
    let there = place.another().await;
    let brought = there.journal().await.replay(&backup).await.unwrap();
    assert_eq!((brought.applications, brought.exports), (7, 2), "{version}");
    assert_eq!(file_many(journal, "new", 2).await.len(), 2);
}

async fn file_again(journal: &Journal, key: &str) -> uuid::Uuid {
    crate::place::filed(journal, crate::place::new(PERSON, key))
        .await
        .unwrap()
        .id
}
