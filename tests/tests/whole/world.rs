//! A running site with an invented register, and people to ask it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use end_to_end::client::Client;
use end_to_end::people::{self, Facts};
use end_to_end::site::{Foundation, Site};
use reqwest::Response;
use serde_json::Value;
use test_support::folder::OfThisRun;
use test_support::postgres::{self, Database};
use test_support::process::{command, program};
use test_support::redis;

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The register of 2,000 invented people: a folder with a folder for each system, made once.
pub(crate) fn packages() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| invent("register", 2_000, 7))
}

/// Invents people, and returns the folder of their data packages.
pub(crate) fn invent(name: &str, people: u32, seed: u64) -> PathBuf {
    static RUN: OnceLock<OfThisRun> = OnceLock::new();
    let run = RUN.get_or_init(|| OfThisRun::make(Path::new(env!("CARGO_TARGET_TMPDIR"))));
    let folder = run.path().join(name);
    let (people, seed) = (people.to_string(), seed.to_string());
    let output = lifeboat(&[
        "demo",
        "--exit",
        "--listen",
        "127.0.0.1:0",
        "--people",
        &people,
        "--seed",
        &seed,
        "--dir",
        folder.to_str().unwrap(),
    ]);
    assert!(output.status.success(), "{output:?}");
    restore(&folder, &folder.join("packages"))
}

/// What a demo left behind, one cloud being lost, back into a folder of data packages.
pub(crate) fn restore(demo: &Path, to: &Path) -> PathBuf {
    let custodian = |number| demo.join(format!("custodians/custodian-{number}.share"));
    let shares = [custodian(2), custodian(3), custodian(5)];
    let vault = demo.join("backup-host/vault.toml");
    let mut arguments = vec!["restore", "--vault", vault.to_str().unwrap()];
    for share in &shares {
        arguments.extend(["--custodian", share.to_str().unwrap()]);
    }
    arguments.extend(["--to", to.to_str().unwrap()]);
    let output = lifeboat(&arguments);
    assert!(output.status.success(), "{output:?}");
    to.to_owned()
}

/// The operator's command, run to its end where no configuration lies around.
pub(crate) fn lifeboat(arguments: &[&str]) -> Output {
    lifeboat_command(arguments).output().unwrap()
}

/// The operator's command, where no configuration lies around.
pub(crate) fn lifeboat_command(arguments: &[&str]) -> Command {
    let mut command = command(&program("lifeboat"));
    command
        .args(arguments)
        .current_dir(std::env::temp_dir())
        .stdin(Stdio::null());
    command
}

/// The household register alone, for sites that serve nothing else.
fn household_only() -> &'static Path {
    static MADE: OnceLock<PathBuf> = OnceLock::new();
    MADE.get_or_init(|| {
        let folder = packages().with_file_name("household-only");
        std::fs::create_dir_all(&folder).unwrap();
        let package = packages().join("household");
        std::os::unix::fs::symlink(package, folder.join("household")).unwrap();
        folder
    })
}

/// Loads the register into this database.
pub(crate) fn load(url: &str) {
    load_system(url, "household");
}

/// Loads the packages of all systems into this database.
pub(crate) fn load_everything(url: &str) {
    for entry in std::fs::read_dir(packages()).unwrap() {
        load_system(url, entry.unwrap().file_name().to_str().unwrap());
    }
}

fn load_system(url: &str, system: &str) {
    let package = packages().join(system);
    let loaded = lifeboat(&[
        "snapshot",
        "load",
        "--system",
        system,
        "--database",
        url,
        package.to_str().unwrap(),
    ]);
    assert!(loaded.status.success(), "{loaded:?}");
}

/// The cell `SYSTEM/TABLE/COLUMN` of the first row that holds this number; `?COLUMN=VALUE` narrows the rows, `:4` takes
/// the last four characters.
pub(crate) fn cell_of(number: &str, cell: &str) -> String {
    let (cell, tail) = cell.split_once(':').unwrap_or((cell, ""));
    let (cell, only) = cell.split_once('?').unwrap_or((cell, ""));
    let only = only.split_once('=');
    let (table, column) = cell.rsplit_once('/').unwrap();
    let rows = people::rows(&packages().join(table).join("0001.csv")).unwrap();
    let mut rows = rows.into_iter().filter(|row| {
        row.values().any(|value| value == number)
            && only.is_none_or(|(column, value)| row[column] == value)
    });
    let row = rows
        .next()
        .unwrap_or_else(|| panic!("no row of {cell} holds {number}"));
    let value = &row[column];
    let from = tail
        .parse::<usize>()
        .map_or(0, |count| value.len().saturating_sub(count));
    value[from..].to_owned()
}

/// A site and what it stands on.
pub(crate) struct World {
    // Declared first: the services end before their database does.
    pub(crate) site: Site,
    pub(crate) people: Vec<Facts>,
    pub(crate) protected: Facts,
    /// Where household's snapshots are.
    pub(crate) store: String,
    /// Held until the end: dropped, its tables go.
    database: Option<Database>,
}

impl World {
    pub(crate) async fn sqlite() -> Self {
        Self::on(Foundation::default()).await
    }

    /// On the shared PostgreSQL and Redis.
    pub(crate) async fn servers() -> Self {
        Self::servers_with(Foundation::default()).await
    }

    pub(crate) async fn servers_with(on: Foundation) -> Self {
        let database = postgres::database().await;
        if on.everything {
            load_everything(&database.url);
        } else {
            load(&database.url);
        }
        let on = Foundation {
            postgres: Some(database.url.clone()),
            redis: Some(redis::url().await),
            ..on
        };
        let mut world = Self::on(on).await;
        world.database = Some(database);
        world
    }

    pub(crate) async fn on(on: Foundation) -> Self {
        let programs = program("lifeboat").parent().unwrap().to_owned();
        let served = if on.everything {
            packages()
        } else {
            household_only()
        };
        let site = Site::start(&programs, served, &on).await.unwrap();
        let package = packages().join("household");
        let files = format!("sqlite://{}", site.folder().join("stores").display());
        Self {
            people: people::first(&package, 20).unwrap(),
            protected: people::first_protected(&package, 1).unwrap().remove(0),
            store: on.postgres.unwrap_or(files),
            site,
            database: None,
        }
    }

    pub(crate) async fn citizen(&self, number: usize) -> Client {
        Client::citizen(&self.site.gateway, &self.people[number])
            .await
            .unwrap()
    }

    /// The demo's officer of the household registration.
    pub(crate) async fn officer(&self) -> Client {
        let file = self.site.officer["key_file"].as_str().unwrap();
        let pem = std::fs::read_to_string(file).unwrap();
        let key = access::keys::SigningKey::from_pkcs8_pem(&pem).unwrap();
        let name = self.site.officer["client_id"].as_str().unwrap();
        Client::program(&self.site.gateway, name, &key)
            .await
            .unwrap()
    }

    /// One of the other registered programs.
    pub(crate) async fn program(&self, name: &str) -> Client {
        Client::program(&self.site.gateway, name, &self.site.keys[name])
            .await
            .unwrap()
    }
}

/// An officer asks for a purpose and in a case.
pub(crate) async fn ask(officer: &mut Client, path: &str, purpose: &str) -> Response {
    let more = |request: reqwest::RequestBuilder| {
        request
            .header("Lookup-Purpose", purpose)
            .header("Case-Number", "CASE-2026/1")
    };
    officer
        .send(reqwest::Method::GET, path, more)
        .await
        .unwrap()
}

/// The JSON of an answer with this status.
pub(crate) async fn json(answer: Response, status: u16) -> Value {
    let got = answer.status();
    let text = answer.text().await.unwrap();
    assert_eq!(got, status, "{text}");
    serde_json::from_str(&text).unwrap()
}

/// A problem (RFC 9457) of this status that tells nothing of the inside.
pub(crate) async fn problem(answer: Response, status: u16) -> Value {
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    let body = json(answer, status).await;
    assert_eq!(body["status"], status);
    let text = body.to_string().to_lowercase();
    for inside in ["panicked", "sqlx", "src/", ".rs:", "select ", "127.0.0.1"] {
        assert!(!text.contains(inside), "{text}");
    }
    body
}

/// Waits until this holds.
pub(crate) async fn eventually(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds().await {
        assert!(Instant::now() < deadline, "never: {what}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Runs a promise on SQLite, and on PostgreSQL with Redis.
macro_rules! on_both {
    ($name:ident, $world:ident => $body:block) => {
        mod $name {
            use super::*;

            async fn promise($world: World) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_sqlite() {
                promise(World::sqlite().await).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn on_postgresql_and_redis() {
                promise(World::servers().await).await;
            }
        }
    };
}
pub(crate) use on_both;
