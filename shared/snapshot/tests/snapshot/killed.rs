//! A loader that is killed, at whatever it is doing, leaves the old snapshot serving; the next one goes on where it stopped.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;
use snapshot::{LoadOptions, Package, Phase, Progress, State, Store};
use tempfile::TempDir;

use crate::databases::{TestDatabase, load, served};
use crate::fixture::{Fixture, PERSON_HEADER, id, options, person, persons};
use crate::tables::system;

/// Tells a process of this very program that it is the loader to be killed: database, package, folder for bad rows, moment.
const VICTIM: &str = "SNAPSHOT_TEST_VICTIM";

/// What the victim says when it stands still.
const STANDING: &str = "standing still";

/// Where the loader is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// While parts are hashed.
    Verify,
    /// When so many parts of the package have been read.
    Part(u64),
    /// Before the first index.
    Index,
    /// Before the first probe.
    Probe,
}

impl Moment {
    fn to_word(self) -> String {
        match self {
            Self::Part(parts) => parts.to_string(),
            other => format!("{other:?}"),
        }
    }

    fn from_word(word: &str) -> Self {
        match word {
            "Verify" => Self::Verify,
            "Index" => Self::Index,
            "Probe" => Self::Probe,
            parts => Self::Part(parts.parse().unwrap()),
        }
    }
}

/// Stands still at the moment.
struct Standstill {
    moment: Moment,
    reads: std::sync::atomic::AtomicU64,
    in_rows: std::sync::atomic::AtomicBool,
}

impl Progress for Standstill {
    fn begin(&self, phase: Phase, _: u64) {
        use std::sync::atomic::Ordering::SeqCst;
        self.in_rows.store(phase == Phase::Rows, SeqCst);
        match (phase, self.moment) {
            (Phase::Verify, Moment::Verify)
            | (Phase::Index, Moment::Index)
            | (Phase::Probe, Moment::Probe) => stand(),
            _ => {}
        }
    }

    fn advance(&self, bytes: u64) {
        use std::sync::atomic::Ordering::SeqCst;
        // Every part of these packages is small enough to be read at once; the call with nothing is its end.
        if bytes > 0 && self.in_rows.load(SeqCst) {
            let before = self.reads.fetch_add(1, SeqCst);
            if self.moment == Moment::Part(before) {
                stand();
            }
        }
    }

    fn note(&self, _: &str) {}
}

fn stand() {
    // What was read before is on its way to the database: it gets the time to arrive.
    std::thread::sleep(Duration::from_millis(400));
    let mut out = std::io::stdout();
    writeln!(out, "\n{STANDING}").unwrap();
    std::thread::sleep(Duration::from_mins(10));
}

/// The loader to be killed. As a test of its own it has nothing to do: only the tests below make it one.
#[tokio::test]
async fn victim() {
    let Ok(words) = std::env::var(VICTIM) else {
        return;
    };
    let [url, package, aside, moment] = words.split('|').collect::<Vec<_>>().try_into().unwrap();
    let progress = Standstill {
        moment: Moment::from_word(moment),
        reads: 0.into(),
        in_rows: false.into(),
    };
    let options = LoadOptions {
        quarantine: (!aside.is_empty()).then(|| aside.into()),
        ..options()
    };
    let store = Store::open(url, &system()).unwrap();
    store
        .load(
            &Package::open(package.as_ref()).unwrap(),
            &options,
            Arc::new(progress),
        )
        .await
        .unwrap();
    panic!("nothing stopped the load");
}

/// Starts a loader, waits until it stands still, and kills it.
fn kill_at(moment: Moment, database: &TestDatabase, fixture: &Fixture, aside: Option<&TempDir>) {
    let aside = aside.map_or(String::new(), |dir| {
        dir.path().join("aside").display().to_string()
    });
    let words = format!(
        "{}|{}|{aside}|{}",
        database.url(),
        fixture.path().display(),
        moment.to_word()
    );
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "killed::victim",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(VICTIM, words)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let stood = lines.map_while(Result::ok).any(|line| line == STANDING);
    // SIGKILL
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(stood, "the loader ended before {moment:?}");
}

fn next_export() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.part("person/0003.csv", persons([5, 6, 7, 8]));
    fixture.edit("/lifeboat/sequence", json!(8));
    fixture.seal();
    fixture
}

async fn survives(database: TestDatabase, moment: Moment, resumed: usize) {
    let store = database.store();
    let old = load(&store, &Fixture::new().open(), &options())
        .await
        .unwrap()
        .snapshot;
    let next = next_export();
    kill_at(moment, &database, &next, None);
    assert_eq!(
        store.active().await.unwrap().unwrap(),
        old,
        "killed at {moment:?}"
    );
    assert_eq!(served(&store).await.0.len(), 6);

    let loaded = load(&store, &next.open(), &options()).await.unwrap();
    assert_eq!(loaded.parts_resumed, resumed, "killed at {moment:?}");
    let (persons, stays) = served(&store).await;
    assert_eq!((persons.len(), stays.len()), (8, 2));
    assert_eq!(database.places(), 2, "one to serve and one to go back to");
    let states: Vec<_> = store
        .list()
        .await
        .unwrap()
        .iter()
        .map(|s| (s.state, s.sequence))
        .collect();
    assert_eq!(states, [(State::Active, 8), (State::Previous, 7)]);
}

macro_rules! survives {
    ($($name:ident: $moment:expr => $resumed:expr;)+) => {$(
        mod $name {
            use super::*;

            #[tokio::test]
            async fn on_sqlite() {
                survives(TestDatabase::sqlite(), $moment, $resumed).await;
            }

            #[tokio::test]
            async fn on_postgres() {
                survives(TestDatabase::postgres().await, $moment, $resumed).await;
            }
        }
    )+};
}

survives! {
    a_kill_while_hashing_changes_nothing: Moment::Verify => 0;
    a_kill_in_the_first_part_changes_nothing: Moment::Part(0) => 0;
    a_kill_in_the_third_part_keeps_two: Moment::Part(2) => 2;
    a_kill_in_the_last_part_keeps_all_others: Moment::Part(3) => 3;
    a_kill_before_the_indexes_keeps_all_parts: Moment::Index => 4;
    a_kill_before_the_probes_keeps_all_parts: Moment::Probe => 4;
}

async fn another_package_starts_anew(database: TestDatabase) {
    let store = database.store();
    kill_at(Moment::Part(2), &database, &next_export(), None);
    assert_eq!(store.list().await.unwrap().len(), 1);
    let mut other = next_export();
    other.edit("/lifeboat/sequence", json!(9));
    assert_eq!(
        load(&store, &other.open(), &options())
            .await
            .unwrap()
            .parts_resumed,
        0
    );
    assert_eq!(database.places(), 1, "what the killed loader left is gone");
}

#[tokio::test]
async fn another_package_starts_anew_on_sqlite() {
    another_package_starts_anew(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn another_package_starts_anew_on_postgres() {
    another_package_starts_anew(TestDatabase::postgres().await).await;
}

/// Order is checked across the seam of a resumed load.
async fn keys_rise_across_the_seam(database: TestDatabase) {
    let mut fixture = Fixture::new();
    fixture.part("person/0003.csv", persons([4, 5]));
    fixture.seal();
    kill_at(Moment::Part(2), &database, &fixture, None);
    let error = load(&database.store(), &fixture.open(), &options())
        .await
        .unwrap_err();
    assert!(
        error
            .to_string()
            .contains("person/0003.csv:2, column 1 (national_id): duplicate-key: "),
        "{error}"
    );
}

#[tokio::test]
async fn keys_rise_across_the_seam_on_sqlite() {
    keys_rise_across_the_seam(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn keys_rise_across_the_seam_on_postgres() {
    keys_rise_across_the_seam(TestDatabase::postgres().await).await;
}

/// Rows that were put aside before and after the kill are all there, once.
async fn bad_rows_are_put_aside_once(database: TestDatabase) {
    let bad = |first, second| {
        format!(
            "{PERSON_HEADER}{}{},名,never,true,,\n",
            person(first),
            id(second)
        )
    };
    let mut fixture = Fixture::new();
    for (part, first, second) in [(1, 1, 2), (2, 3, 4), (3, 5, 6)] {
        fixture.part(&format!("person/000{part}.csv"), bad(first, second));
    }
    fixture.seal();
    let aside = TempDir::new().unwrap();
    kill_at(Moment::Part(2), &database, &fixture, Some(&aside));
    let folder = aside.path().join("aside");
    let options = LoadOptions {
        quarantine: Some(folder.clone()),
        ..options()
    };
    let loaded = load(&database.store(), &fixture.open(), &options)
        .await
        .unwrap();
    assert_eq!(
        (loaded.parts_resumed, loaded.snapshot.rows_quarantined),
        (2, 3)
    );
    let package = Package::open(&folder).unwrap();
    assert_eq!(
        (package.resources[0].parts.len(), package.resources[0].rows),
        (3, Some(3))
    );
}

#[tokio::test]
async fn bad_rows_are_put_aside_once_on_sqlite() {
    bad_rows_are_put_aside_once(TestDatabase::sqlite()).await;
}

#[tokio::test]
async fn bad_rows_are_put_aside_once_on_postgres() {
    bad_rows_are_put_aside_once(TestDatabase::postgres().await).await;
}
