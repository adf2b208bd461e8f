//! A database with a journal, and what is filed in it.

use std::path::{Path, PathBuf};
use std::time::Duration;

use access::keys::SigningKey;
use aws_lc_rs::digest::{SHA256, digest};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::future::join_all;
use journal::{Application, Decision, Journal, NewApplication, NotFiled, State};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement};
use serde_json::{Map, Value, json};
use tempfile::TempDir;
use test_support::postgres;
use uuid::Uuid;

/// 陳大文, 林小美.
pub(crate) const PERSON: &str = "A123456789";
pub(crate) const OTHER: &str = "A223456781";

/// Where a journal is kept; gone when dropped.
pub(crate) struct Place {
    pub(crate) url: String,
    folder: TempDir,
    _database: Option<postgres::Database>,
}

impl Place {
    pub(crate) fn sqlite() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self {
            url: format!(
                "sqlite://{}",
                folder.path().join("journal.sqlite").display()
            ),
            folder,
            _database: None,
        }
    }

    pub(crate) async fn postgres() -> Self {
        let database = postgres::database().await;
        Self {
            url: database.url.clone(),
            folder: tempfile::tempdir().unwrap(),
            _database: Some(database),
        }
    }

    /// Another one, empty, on a database of the same kind.
    pub(crate) async fn another(&self) -> Self {
        if self.url.starts_with("sqlite:") {
            Self::sqlite()
        } else {
            Self::postgres().await
        }
    }

    pub(crate) async fn journal(&self) -> Journal {
        Journal::open(&self.url, "household").await.unwrap()
    }

    /// A folder beside the database, not made yet.
    pub(crate) fn folder(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The tables, past the journal.
    pub(crate) async fn tables(&self) -> DatabaseConnection {
        let url = match self.url.strip_prefix("sqlite://") {
            Some(_) => self.url.clone(),
            None => format!("{}?options=-csearch_path%3Djournal_household", self.url),
        };
        Database::connect(url).await.unwrap()
    }

    pub(crate) async fn execute(&self, sql: &str) {
        let tables = self.tables().await;
        tables.execute_unprepared(sql).await.unwrap();
        tables.close().await.unwrap();
    }
}

pub(crate) async fn rows(tables: &DatabaseConnection, sql: &str) -> Vec<QueryResult> {
    let statement = Statement::from_string(tables.get_database_backend(), sql);
    tables.query_all_raw(statement).await.unwrap()
}

/// Six in the evening of 20 November 2026 in Taiwan, and so many minutes.
pub(crate) fn at(minutes: i64) -> DateTime<Utc> {
    let evening: DateTime<Utc> = "2026-11-20T10:00:00.123456Z".parse().unwrap();
    evening + TimeDelta::minutes(minutes)
}

/// The form and its receipt follow from the key.
pub(crate) fn new(person: &str, key: &str) -> NewApplication {
    with_form(
        person,
        key,
        &json!({"lost_at": format!("車站 \"{key}\", line\n2")}),
    )
}

pub(crate) fn with_form(person: &str, key: &str, form: &Value) -> NewApplication {
    let id = Uuid::now_v7();
    let mut fingerprint = [0; 32];
    fingerprint.copy_from_slice(digest(&SHA256, form.to_string().as_bytes()).as_ref());
    NewApplication {
        id,
        kind: "id-loss-report",
        person_id: person.to_owned(),
        key: key.parse().unwrap(),
        fingerprint,
        form: form.clone(),
        finding: json!(null),
        receipt: format!("receipt of {id}"),
        filed_at: at(0),
        snapshot_id: Uuid::from_u128(7),
        attachments: Vec::new(),
    }
}

/// Files so many at once, for one person.
pub(crate) async fn file_many(journal: &Journal, name: &str, count: usize) -> Vec<Application> {
    let applications = (0..count).map(|number| new(PERSON, &format!("{name}-{number}")));
    let filed = join_all(applications.map(|application| filed(journal, application))).await;
    let mut filed: Vec<_> = filed.into_iter().map(Result::unwrap).collect();
    filed.sort_by_key(|application| application.position);
    filed
}

/// Files, and again where the machine is too busy to answer in time, as a client would.
pub(crate) async fn filed(
    journal: &Journal,
    application: NewApplication,
) -> Result<Application, NotFiled> {
    for _ in 0..20 {
        match journal.file(application.clone()).await {
            Err(NotFiled::Unavailable) => tokio::time::sleep(Duration::from_millis(50)).await,
            outcome => return outcome,
        }
    }
    Err(NotFiled::Unavailable)
}

pub(crate) fn decided(application: &Application, state: State, minutes: i64) -> Decision {
    Decision {
        application: application.id,
        state,
        reason: Some(format!("{state}，依規定")),
        at: at(minutes),
    }
}

/// One of everything: applications with attachments and without, a key of receipts, decisions, an export.
pub(crate) async fn one_of_everything(journal: &Journal, exports: &Path) -> Vec<Application> {
    let key = SigningKey::generate_es256().unwrap();
    journal
        .enrol_key(key.kid(), &key.public_jwk())
        .await
        .unwrap();
    let mut applications = file_many(journal, "plain", 3).await;
    for (number, content) in [&b"%PDF-1"[..], b"\x89PNG\r\n\x1a\n\0"]
        .into_iter()
        .enumerate()
    {
        let media_type = ["application/pdf", "image/png"][number];
        let photograph = journal
            .attach(PERSON, media_type, content, at(1))
            .await
            .unwrap();
        let mut application = new(PERSON, &format!("with-attachment-{number}"));
        application.attachments = vec![photograph.id];
        applications.push(filed(journal, application).await.unwrap());
    }
    journal.export(exports, None, at(2)).await.unwrap().unwrap();
    let decisions = [
        decided(&applications[0], State::Accepted, 3),
        decided(&applications[1], State::NeedsMore, 4),
        decided(&applications[1], State::Rejected, 5),
    ];
    journal.acknowledge(&decisions).await.unwrap();
    applications.extend(file_many(journal, "later", 2).await);
    applications
}

/// The dossiers of these applications, which are all there.
pub(crate) async fn dossiers(
    journal: &Journal,
    applications: &[Application],
) -> Vec<journal::Dossier> {
    let mut found = Vec::new();
    for application in applications {
        let dossier = journal
            .dossier(&application.person_id, application.id)
            .await;
        found.push(dossier.unwrap().unwrap());
    }
    found
}

/// Every file below the folder with its content.
pub(crate) fn files(folder: &Path) -> Map<String, Value> {
    let mut found = Map::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(inside) = folders.pop() {
        for entry in std::fs::read_dir(inside).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().display().to_string();
                let content = digest(&SHA256, &std::fs::read(&path).unwrap());
                found.insert(name, format!("{content:?}").into());
            }
        }
    }
    found
}

/// Runs a promise on both databases.
macro_rules! on_both {
    ($name:ident, $place:ident => $body:block) => {
        mod $name {
            use super::*;

            async fn promise($place: $crate::place::Place) $body

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                promise($crate::place::Place::sqlite()).await;
            }

            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                promise($crate::place::Place::postgres().await).await;
            }
        }
    };
}
pub(crate) use on_both;
