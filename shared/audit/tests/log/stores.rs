//! The log on both stores, and the means of somebody who owns the database.

use std::net::IpAddr;
use std::path::PathBuf;

use audit::{AuditLog, Entry};
use chrono::{DateTime, Utc};
use runtime::clock::ManualClock;
use test_support::postgres;
use uuid::Uuid;

/// A store of the test's own.
pub(crate) enum Store {
    Postgres(postgres::Database),
    Sqlite(tempfile::TempDir),
}

impl Store {
    pub(crate) async fn both() -> [Self; 2] {
        [
            Self::Postgres(postgres::database().await),
            Self::Sqlite(tempfile::tempdir().unwrap()),
        ]
    }

    fn file(&self) -> PathBuf {
        match self {
            Self::Sqlite(folder) => folder.path().join("audit.sqlite"),
            Self::Postgres(_) => unreachable!(),
        }
    }

    pub(crate) fn url(&self) -> String {
        match self {
            Self::Postgres(database) => database.url.clone(),
            Self::Sqlite(_) => format!("sqlite://{}", self.file().display()),
        }
    }

    pub(crate) async fn open(&self, writer: &str) -> AuditLog {
        AuditLog::open(&self.url(), writer, ManualClock::new(noon()))
            .await
            .unwrap()
    }

    /// What an owner of the database can do: take the guard down first.
    pub(crate) fn tamper(&self, statement: &str) {
        match self {
            Self::Postgres(database) => {
                let all = format!(
                    "SET search_path = audit; ALTER TABLE entry DISABLE TRIGGER ALL; {statement}"
                );
                postgres::psql(&database.url, &all).unwrap();
            }
            Self::Sqlite(_) => {
                let file = rusqlite::Connection::open(self.file()).unwrap();
                file.execute_batch(&format!(
                    "DROP TRIGGER IF EXISTS append_only_update; DROP TRIGGER IF EXISTS append_only_delete; {statement}"
                ))
                .unwrap();
            }
        }
    }

    /// The same statement by somebody who made a mistake.
    pub(crate) fn execute(&self, statement: &str) -> Result<(), String> {
        match self {
            Self::Postgres(database) => {
                let all = format!("SET search_path = audit; {statement}");
                postgres::psql(&database.url, &all).map(|_| ())
            }
            Self::Sqlite(_) => rusqlite::Connection::open(self.file())
                .unwrap()
                .execute_batch(statement)
                .map_err(|error| error.to_string()),
        }
    }
}

pub(crate) fn noon() -> DateTime<Utc> {
    "2026-11-21T12:00:00.123456Z".parse().unwrap()
}

pub(crate) fn entry(subject: &str) -> Entry {
    Entry {
        id: Uuid::now_v7(),
        at: noon(),
        request_id: Uuid::now_v7(),
        subject: subject.to_owned(),
        caller_kind: "officer".to_owned(),
        caller: "taipei-household-1".to_owned(),
        agency: Some("臺北市政府".to_owned()),
        post: Some("科員".to_owned()),
        purpose: Some("family-tracing".to_owned()),
        case_number: Some("2026/1121-7".to_owned()),
        service: "household".to_owned(),
        action: "person_by_id".to_owned(),
        fields: vec!["name".to_owned(), "birth_date".to_owned()],
        status: 200,
        address: Some(IpAddr::from([203, 0, 113, 9])),
    }
}
