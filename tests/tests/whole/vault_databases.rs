//! Databases in and out of a vault.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::postgres::{self, database, psql};
use test_support::process::{Service, program};
use test_support::proxy::{Line, Proxy};

use super::vaults::{Vault, done};
use super::world::packages;

/// What `snapshot list` says of the register that a restore loaded.
fn served(url: &str) -> Value {
    let listed = done(&[
        "--json",
        "snapshot",
        "list",
        "--system",
        "household",
        "--database",
        url,
    ]);
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let mut served = listed
        .as_array()
        .unwrap()
        .iter()
        .filter(|one| one["state"] == "active");
    served.next().unwrap_or_else(|| panic!("{listed}")).clone()
}

fn restore_register(to: &str) -> Value {
    let (vault, clouds) = Vault::in_folders();
    vault.back_up(packages());
    std::fs::remove_dir_all(&clouds[0]).unwrap();
    let spool = vault.path("spool");
    let more = [
        "--json",
        "--system",
        "household",
        "--to",
        to,
        "--spool",
        &spool,
    ];
    let restored = vault.restore_with(&[2, 3, 5], &more);
    assert!(restored.status.success(), "{restored:?}");
    assert!(!std::path::Path::new(&spool).exists());
    serde_json::from_slice(&restored.stdout).unwrap()
}

#[test]
fn a_restore_loads_and_serves_in_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().display());
    let restored = restore_register(&url);
    assert_eq!(served(&url)["rows"], restored["sources"][0]["rows"]);
}

#[tokio::test]
async fn a_restore_loads_and_serves_in_postgres() {
    let database = database().await;
    let url = database.url.clone();
    let restored = tokio::task::spawn_blocking(move || restore_register(&url));
    let restored = restored.await.unwrap();
    assert_eq!(
        served(&database.url)["rows"],
        restored["sources"][0]["rows"]
    );
}

/// Kinds of tables and values that are easily lost on the way.
const REGISTER: &str = r#"
    CREATE TYPE state AS ENUM ('held', 'sold');
    CREATE TABLE owner (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text NOT NULL, born date, photo bytea);
    CREATE TABLE parcel (section text COLLATE "C", number int, owner bigint REFERENCES owner, area numeric(12,2), state state,
        seen timestamptz DEFAULT now(), note text, PRIMARY KEY (section, number), CHECK (area > 0));
    CREATE INDEX parcel_owner ON parcel (owner) WHERE state = 'held';
    CREATE TABLE journal (note text, at timestamptz);
    CREATE SCHEMA "old times";
    CREATE TABLE "old times"."The ""Book""" ("a,b" text PRIMARY KEY, "order" serial);
    INSERT INTO owner (name, born, photo) SELECT E'王"小,明\n' || n, date '1950-01-01' + n, decode(md5(n::text), 'hex') FROM generate_series(1, 3000) n;
    INSERT INTO parcel SELECT 'S' || n % 7, n, n % 3000 + 1, n / 3.0 + 1, 'held', timestamptz '2026-01-01 00:00Z' + n * interval '1 minute',
        CASE WHEN n % 5 = 0 THEN '' WHEN n % 5 = 1 THEN NULL ELSE 'note ' || n END FROM generate_series(1, 20000) n;
    INSERT INTO journal SELECT 'the same', NULL FROM generate_series(1, 50);
    INSERT INTO "old times"."The ""Book""" VALUES ('\N'), ('\.'), ('');
"#;

/// Everything in a database, as PostgreSQL's own tool writes it.
pub(crate) fn dump(url: &str) -> Vec<String> {
    let dumped = Command::new(postgres::program("pg_dump"))
        .args(["--no-owner", url])
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(dumped.status.success(), "{dumped:?}");
    let text = String::from_utf8(dumped.stdout).unwrap();
    // Newer versions put a random word around the script.
    let lines = text.lines().filter(|line| !line.contains("restrict "));
    let mut lines: Vec<String> = lines.map(str::to_owned).collect();
    // A table without a key has no order of its own.
    lines.sort();
    lines
}

#[tokio::test]
async fn a_database_is_backed_up_and_made_again_by_psql_alone() {
    let (lost, again) = (database().await, database().await);
    psql(&lost.url, REGISTER).unwrap();
    let (vault, clouds) = Vault::in_folders();
    vault.back_up_from(&lost.url);
    let before = dump(&lost.url);
    drop(lost);
    std::fs::remove_dir_all(&clouds[2]).unwrap();
    let restored = vault.path("restored");
    let done = vault.restore(&[1, 4, 5], &restored);
    assert!(done.status.success(), "{done:?}");
    let sources: Vec<_> = std::fs::read_dir(&restored).unwrap().collect();
    assert_eq!(sources.len(), 1);
    let folder = sources.into_iter().next().unwrap().unwrap().path();
    let loaded = Command::new(postgres::program("psql"))
        .args([
            "--no-psqlrc",
            "--quiet",
            "-v",
            "ON_ERROR_STOP=1",
            "--single-transaction",
        ])
        .args(["-f", "load.sql", &again.url])
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(loaded.status.success(), "{loaded:?}");
    assert!(before.len() > 23_000);
    assert_eq!(dump(&again.url), before);
}

/// How many restore points of its one vault there are on a cloud.
fn heads(cloud: &Path) -> usize {
    let mut vaults = std::fs::read_dir(cloud).unwrap();
    let vault = vaults.next().unwrap().unwrap().path();
    let heads = vault.join("h");
    if heads.exists() {
        std::fs::read_dir(heads).unwrap().count()
    } else {
        0
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_that_is_told_to_stop_makes_no_restore_point_and_can_be_run_again() {
    let source = database().await;
    let rows = "CREATE TABLE row (id int PRIMARY KEY, note text);
        INSERT INTO row SELECT n, repeat(md5(n::text), 8) FROM generate_series(1, 40000) n";
    psql(&source.url, rows).unwrap();
    let (vault, clouds) = Vault::in_folders();
    let authority = source.url.split_once('@').unwrap().1;
    let proxy = Proxy::start(authority.split('/').next().unwrap()).await;
    proxy.set(Line::Slow(200_000));

    let (file, slow) = (vault.path("vault.toml"), proxy.in_front_of(&source.url));
    let words = ["backup", "run", "--vault", &file, &slow];
    let mut backup = Service::start(&program("lifeboat"), &words, &[]);
    let patience = Duration::from_mins(1);
    let begun = Instant::now();
    while proxy.answered() < 300_000 {
        assert!(
            backup.ended().is_none() && begun.elapsed() < patience,
            "{}",
            backup.stderr()
        );
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    backup.terminate();
    assert_eq!(backup.exit(patience).await.code(), Some(1));
    assert!(
        backup.stderr().contains("told to stop before it was done"),
        "{}",
        backup.stderr()
    );
    for cloud in &clouds {
        assert_eq!(heads(cloud), 0);
    }

    vault.back_up_from(&source.url);
    for cloud in &clouds {
        assert_eq!(heads(cloud), 1);
    }
}
