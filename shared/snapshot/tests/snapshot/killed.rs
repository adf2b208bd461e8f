//! A loader that is killed, at whatever it is doing, leaves the old snapshot serving; the next one goes on where it stopped.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use rusqlite::{Connection, OpenFlags};
use serde_json::json;
use snapshot::{LoadOptions, Package, Phase, Progress, State, Store};
use tempfile::TempDir;
use test_support::child::{Guarded, Signal};
use test_support::postgres::psql;

use crate::databases::{TestDatabase, load, served};
use crate::fixture::{Fixture, PERSON_HEADER, id, options, person, persons};
use crate::tables::system;

/// Tells a process of this very program that it is the loader to be killed: database, package, folder for bad rows, moment.
const VICTIM: &str = "SNAPSHOT_TEST_VICTIM";

/// What the victim says when it stands still.
const STANDING: &str = "standing still";

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

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

/// How many parts of the package that is being loaded are in the database for good.
async fn parts_kept(database: &TestDatabase) -> u64 {
    match database {
        TestDatabase::Sqlite(dir) => {
            let snapshots = database.store().list().await.unwrap();
            let loading = snapshots.iter().find(|one| one.state == State::Loading);
            loading.map_or(0, |one| {
                parts_in(&dir.path().join("test-register").join(&one.place))
            })
        }
        TestDatabase::Postgres(database) => {
            let sql = "SELECT count(*) FROM test_register.snapshot_part AS part
                JOIN test_register.snapshot AS loading ON loading.id = part.snapshot
                WHERE loading.state = 'loading'";
            psql(&database.url, sql).unwrap().parse().unwrap()
        }
    }
}

/// The same in a file of SQLite. Its writer keeps it locked, so it is read past the lock; none while something is half written.
fn parts_in(file: &Path) -> u64 {
    let past_the_lock = format!("file:{}?immutable=1", file.display());
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY
        | OpenFlags::SQLITE_OPEN_URI
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let count = Connection::open_with_flags(past_the_lock, flags).and_then(|file| {
        let all = "SELECT count(*) FROM lifeboat_part";
        file.query_row(all, [], |row| row.get::<_, i64>(0))
    });
    // A transaction has ended when its journal is empty again.
    let journal = std::fs::metadata(format!("{}-journal", file.display()));
    let half_written = journal.map_or(0, |journal| journal.len());
    match count {
        Ok(count) if half_written == 0 => u64::try_from(count).unwrap(),
        _ => 0,
    }
}

/// Starts a loader, waits until it stands still and what it read before is in the database, and kills it.
async fn kill_at(
    moment: Moment,
    database: &TestDatabase,
    fixture: &Fixture,
    aside: Option<&TempDir>,
) {
    let aside = aside.map_or(String::new(), |dir| {
        dir.path().join("aside").display().to_string()
    });
    let words = format!(
        "{}|{}|{aside}|{}",
        database.url(),
        fixture.path().display(),
        moment.to_word()
    );
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args([
            "--exact",
            "killed::victim",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(VICTIM, words)
        .stdout(Stdio::piped());
    let mut child = Guarded::start(&mut command, Signal::KILL);
    let said = BufReader::new(child.inner().stdout.take().unwrap());
    let (tell, stands) = mpsc::channel();
    std::thread::spawn(move || {
        let mut lines = said.lines().map_while(Result::ok);
        // Nobody listens any more where it took too long.
        let _ = tell.send(lines.any(|line| line == STANDING));
    });
    let stood = stands.recv_timeout(PATIENCE);
    assert_eq!(stood, Ok(true), "the loader ended before {moment:?}");
    if let Moment::Part(parts) = moment {
        let deadline = Instant::now() + PATIENCE;
        while parts_kept(database).await != parts {
            assert!(Instant::now() < deadline, "not {parts} parts are kept");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
    // SIGKILL
    child.kill();
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
    kill_at(moment, &database, &next, None).await;
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
    kill_at(Moment::Part(2), &database, &next_export(), None).await;
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
    kill_at(Moment::Part(2), &database, &fixture, None).await;
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
    kill_at(Moment::Part(2), &database, &fixture, Some(&aside)).await;
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
