//! Filing under faults: two copies of the register's service, killed again and again; their database, killed and
//! stopped; the broker, killed. What was filed has one receipt, one message that counts, and one row handed back.
//!
//! The services are asked directly, with the tokens that the gateway would mint: the gateway keeps nothing of what is
//! filed, and has faults and tests of its own.

mod agency;
mod copies;
mod in_process;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use journal::broker;
use rustix::process::Signal;
use test_support::child::Guarded;
use test_support::postgres::{self, psql};
use test_support::process::{command, program};
use test_support::proxy::{Line, Proxy};
use test_support::rabbitmq;
use tokio::task::{JoinSet, spawn_blocking};
use uuid::Uuid;

use self::agency::Agency;
use self::copies::{Copies, Door, Said};
use super::world::{lifeboat, load};

/// Applications.
const TOTAL: usize = 10_000;

/// People who file at the same time.
const FILERS: usize = 32;

/// Every so many is sent five times at once.
const OFTEN: usize = 20;

/// How often a copy is killed.
const KILLS: usize = 10;

/// How long the queue has stood when the first fault comes. RabbitMQ 3.10 on one node cannot open a quorum queue again
/// when it is killed within about a second of making it.
const STOOD: Duration = Duration::from_secs(8);

/// For all messages to be consumed once everything is filed.
const PATIENCE: Duration = Duration::from_mins(2);

/// For one application to be filed, whatever is killed meanwhile.
const PERSISTENCE: Duration = Duration::from_mins(5);

/// What came of filing, by number of the application.
#[derive(Default)]
struct Book {
    receipts: Mutex<BTreeMap<usize, Uuid>>,
    next: AtomicUsize,
    filed: AtomicUsize,
    asked: AtomicUsize,
    not_now: AtomicUsize,
}

impl Book {
    /// Waits until so many are filed.
    async fn holds(&self, count: usize) {
        while self.filed.load(Ordering::Relaxed) < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Files one until there is a receipt, as a client does that was told to try again.
    async fn file(&self, door: &Door, number: usize) -> (Uuid, String) {
        let deadline = Instant::now() + PERSISTENCE;
        loop {
            assert!(Instant::now() < deadline, "{number} cannot be filed");
            self.asked.fetch_add(1, Ordering::Relaxed);
            match door.file(number).await {
                Said::Filed { id, receipt } => return (id, receipt),
                Said::NotNow => {
                    self.not_now.fetch_add(1, Ordering::Relaxed);
                    tokio::time::sleep(Duration::from_millis(fastrand::u64(50..250))).await;
                }
            }
        }
    }

    /// Files one after the other until all are.
    async fn fill(&self, door: &Door) {
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= TOTAL {
                return;
            }
            let times = if number.is_multiple_of(OFTEN) { 5 } else { 1 };
            let tries = (0..times).map(|_| self.file(door, number));
            let said = futures_util::future::join_all(tries).await;
            assert!(said.iter().all(|other| *other == said[0]), "{said:?}");
            self.receipts.lock().unwrap().insert(number, said[0].0);
            self.filed.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// The broker is killed, and away while a fifth is filed.
async fn lose_broker(mut broker: rabbitmq::Server, book: Arc<Book>) -> rabbitmq::Server {
    book.holds(TOTAL / 20).await;
    broker.kill();
    book.holds(TOTAL / 4).await;
    spawn_blocking(move || {
        broker.start_again();
        broker
    })
    .await
    .unwrap()
}

/// The database is killed, and later stopped.
async fn lose_database(mut server: postgres::Server, book: Arc<Book>) -> postgres::Server {
    for kill in [true, false] {
        book.holds(if kill { TOTAL / 2 } else { TOTAL * 3 / 4 })
            .await;
        server = spawn_blocking(move || {
            if kill {
                server.kill();
            } else {
                server.stop();
            }
            std::thread::sleep(Duration::from_secs(1));
            server.start_again();
            server
        })
        .await
        .unwrap();
    }
    server
}

/// Copies are killed, at moments that nobody chose, and started again by whoever watches over them.
async fn kill_copies(mut copies: Copies, book: Arc<Book>) -> Copies {
    for kill in 0..KILLS {
        let moment = TOTAL / 20 + kill * TOTAL * 9 / 10 / KILLS;
        let moment = moment + fastrand::usize(0..TOTAL / 20);
        while book.filed.load(Ordering::Relaxed) < moment {
            copies.watch();
            tokio::time::sleep(Duration::from_millis(fastrand::u64(5..40))).await;
        }
        copies.kill(fastrand::usize(0..2));
    }
    while book.filed.load(Ordering::Relaxed) < TOTAL {
        copies.watch();
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    copies
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_thousand_applications_survive_every_fault_and_each_counts_once() {
    let began = Instant::now();
    let (server, broker) = tokio::join!(
        spawn_blocking(postgres::Server::start),
        spawn_blocking(rabbitmq::Server::start)
    );
    let (server, broker) = (server.unwrap(), broker.unwrap());
    let url = server.url().to_owned();
    let loading = url.clone();
    spawn_blocking(move || load(&loading)).await.unwrap();
    let settings = broker::Settings::new(broker.url().to_owned().into());
    let (copies, door) = Copies::start(&url, Some(broker.url())).await;
    let (book, door) = (Arc::new(Book::default()), Arc::new(door));
    let agency = Agency::start(&settings).await;
    tokio::time::sleep(STOOD).await;
    println!("everything stands after {:.1?}", began.elapsed());

    let filing = Instant::now();
    let mut filers = JoinSet::new();
    for _ in 0..FILERS {
        let (book, door) = (Arc::clone(&book), Arc::clone(&door));
        filers.spawn(async move { book.fill(&door).await });
    }
    let losing_broker = tokio::spawn(lose_broker(broker, Arc::clone(&book)));
    let losing_database = tokio::spawn(lose_database(server, Arc::clone(&book)));
    let killing = tokio::spawn(kill_copies(copies, Arc::clone(&book)));
    while let Some(filer) = filers.join_next().await {
        filer.unwrap();
    }
    let copies = killing.await.unwrap();
    let (_broker, server) = (losing_broker.await.unwrap(), losing_database.await.unwrap());
    println!(
        "{} filed in {:.1?}: {} requests, {} answered with \"not now\"; {KILLS} kills, {} starts",
        book.filed.load(Ordering::Relaxed),
        filing.elapsed(),
        book.asked.load(Ordering::Relaxed),
        book.not_now.load(Ordering::Relaxed),
        copies.starts(),
    );

    let receipts: Vec<Uuid> = book.receipts.lock().unwrap().values().copied().collect();
    let kept = "SELECT position, id FROM journal_household.application ORDER BY position";
    let kept: Vec<(i64, Uuid)> = rows(&psql(server.url(), kept).unwrap(), '|');
    let mut numbers: Vec<Uuid> = kept.iter().map(|(_, id)| *id).collect();
    assert_eq!(numbers.len(), TOTAL);
    numbers.sort_unstable();
    let mut receipted = receipts;
    receipted.sort_unstable();
    assert_eq!(numbers, receipted, "one application for each receipt");

    let consumed = agency.consumed(TOTAL, PATIENCE).await;
    println!(
        "{} messages consumed, {} delivered twice and dropped",
        consumed.messages.len(),
        consumed.repeated
    );
    let mut messages: Vec<Uuid> = consumed.messages.iter().map(|(_, id)| *id).collect();
    messages.sort_unstable();
    assert_eq!(messages, numbers, "each consumed, and once");
    let parked = broker::Parked::new(&settings, "household").unwrap();
    assert_eq!(parked.list(10).await.unwrap(), []);

    let handed_back = tempfile::tempdir().unwrap();
    let exported = export(&url, handed_back.path()).await;
    println!(
        "{} rows handed back, after {CUT_OFF} runs that were killed while they wrote",
        exported.len()
    );
    assert_eq!(
        exported, kept,
        "each handed back, and once, in the order of filing"
    );
    let states = "SELECT state, count(*) FROM journal_household.application GROUP BY state";
    assert_eq!(
        psql(server.url(), states).unwrap(),
        format!("forwarded|{TOTAL}")
    );
    println!("all of it in {:.1?}", began.elapsed());
}

/// Positions and numbers, as lines that begin with them.
fn rows(text: &str, separator: char) -> Vec<(i64, Uuid)> {
    let row = |line: &str| {
        let mut cells = line.split(separator);
        let mut cell = || cells.next().unwrap();
        (cell().parse().unwrap(), cell().parse().unwrap())
    };
    text.lines().map(row).collect()
}

/// How often handing back is killed.
const CUT_OFF: usize = 4;

/// Bytes a second of the line to the journal while handing back is killed: what is to be written takes some seconds then.
const SLOW: u32 = 1_000_000;

/// What the operator's command is told.
fn handing_back<'a>(journal: &'a str, packages: &'a Path, key: &'a Path) -> Vec<&'a str> {
    [
        ["failback", "export"],
        ["--system", "household"],
        ["--journal", journal],
        ["--to", packages.to_str().unwrap()],
        ["--sign-key", key.to_str().unwrap()],
    ]
    .concat()
}

/// Hands back with the operator's command, killed while it writes, and again: the rows of all packages.
async fn export(journal: &str, to: &Path) -> Vec<(i64, Uuid)> {
    let key = to.join("failback.pem");
    let made = std::process::Command::new("openssl")
        .args(["genpkey", "-algorithm", "ed25519", "-out"])
        .arg(&key)
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");
    let packages = to.join("packages");
    let server = journal.rsplit_once('@').unwrap().1;
    let line = Proxy::start(server.split('/').next().unwrap()).await;
    line.set(Line::Slow(SLOW));
    let slow = line.in_front_of(journal);
    let draft = packages.join("household/.000001.draft");
    let left_over = draft.join("left-over");
    for _ in 0..CUT_OFF {
        // What the last one left is marked, and has no place in what this one writes.
        if draft.exists() {
            std::fs::write(&left_over, "").unwrap();
        }
        let mut run = command(&program("lifeboat"));
        run.args(handing_back(&slow, &packages, &key))
            .current_dir(std::env::temp_dir());
        let mut run = Guarded::start(&mut run, Signal::KILL);
        let deadline = Instant::now() + PATIENCE;
        while !draft.exists() || left_over.exists() {
            assert!(run.ended().is_none(), "it ended before it wrote anything");
            assert!(Instant::now() < deadline, "it never writes anything");
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        tokio::time::sleep(Duration::from_millis(fastrand::u64(0..2_000))).await;
        assert!(
            run.ended().is_none(),
            "it was done before it could be killed"
        );
        run.kill();
    }
    // One that ends it, one that finds nothing left.
    for said in ["10000 application(s)", "nothing was filed since"] {
        let done = lifeboat(&handing_back(journal, &packages, &key));
        assert!(done.status.success(), "{done:?}");
        assert!(
            String::from_utf8_lossy(&done.stdout).contains(said),
            "{done:?}"
        );
    }
    let mut found = Vec::new();
    let mut numbers: Vec<_> = std::fs::read_dir(packages.join("household"))
        .unwrap()
        .collect();
    numbers.sort_by_key(|entry| entry.as_ref().unwrap().file_name());
    for number in numbers {
        let folder = number.unwrap().path();
        assert!(folder.join("datapackage.sig").exists());
        assert!(!folder.join("left-over").exists());
        let part = std::fs::read_to_string(folder.join("application/0001.csv")).unwrap();
        found.extend(rows(part.split_once('\n').unwrap().1, ','));
    }
    found
}
