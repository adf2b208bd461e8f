//! Positions appear in their order, whoever files.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::timeout;

use crate::place::{PERSON, at, filed, new, on_both, rows};

const FILERS: usize = 8;
const EACH: usize = 40;

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

on_both!(what_is_visible_is_always_the_beginning_of_the_journal, place => {
    let journals = [place.journal().await, place.journal().await];
    let done = AtomicBool::new(false);
    let filing = async {
        let filers = (0..FILERS).map(|filer| {
            let journal = &journals[filer % 2];
            async move {
                for number in 0..EACH {
                    let application = new(PERSON, &format!("{filer}-{number}"));
                    let id = filed(journal, application).await.unwrap().id;
                    if number % 8 == 0 {
                        // A relay writes its steps in between.
                        while journal.forwarded(&[id], at(1)).await.is_err() {}
                    }
                }
            }
        });
        join_all(filers).await;
        done.store(true, Ordering::Release);
    };
    let looking = async {
        let tables = place.tables().await;
        let mut looks = 0;
        while !done.load(Ordering::Acquire) {
            let all = "SELECT count(*), COALESCE(max(position), 0) FROM
                (SELECT position FROM application UNION ALL SELECT position FROM step) AS given";
            let row = &rows(&tables, all).await[0];
            let (count, last): (i64, i64) =
                (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap());
            assert_eq!(count, last, "a position appeared before one that is smaller");
            looks += 1;
        }
        looks
    };
    let both = async { tokio::join!(filing, looking) };
    let ((), looks) = timeout(PATIENCE, both).await.unwrap();
    assert!(looks > 1, "it was looked while they filed");
    let mut before = None;
    let mut seen = BTreeSet::new();
    // Each page but the last has something.
    for _ in 0..=FILERS * EACH {
        let page = journals[0].of_person(PERSON, before, 50).await.unwrap();
        let Some(last) = page.last() else { break };
        before = Some(last.position);
        seen.extend(page.iter().map(|one| one.position));
    }
    assert_eq!(seen.len(), FILERS * EACH);
    let steps = FILERS * EACH / 8;
    let last = i64::try_from(FILERS * EACH + steps).unwrap();
    assert_eq!(journals[1].position().await.unwrap(), last);
});
