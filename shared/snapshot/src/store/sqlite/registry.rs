//! Which snapshots there are: `registry.sqlite`.

use std::path::Path;
use std::time::Duration;

use chrono::{DateTime, Utc};
use rusqlite::{Connection, OpenFlags, Row, params};
use uuid::Uuid;

use crate::store::{Snapshot, StoreError};

const FILE: &str = "registry.sqlite";

const CREATE: &str = "CREATE TABLE IF NOT EXISTS snapshot (
    id TEXT PRIMARY KEY NOT NULL, state TEXT NOT NULL, place TEXT NOT NULL, agency TEXT NOT NULL, taken_at TEXT NOT NULL,
    sequence INTEGER NOT NULL, schema_version INTEGER NOT NULL, rows INTEGER NOT NULL, rows_quarantined INTEGER NOT NULL,
    unsigned TEXT, package TEXT NOT NULL, definition TEXT NOT NULL, quarantine TEXT, begun_at TEXT NOT NULL,
    activated_at TEXT);
    CREATE UNIQUE INDEX IF NOT EXISTS snapshot_one_active ON snapshot (state) WHERE state IN ('active', 'previous');";

/// The registry of one system.
#[derive(Debug)]
pub(crate) struct Registry {
    connection: Connection,
    system: &'static str,
}

impl Registry {
    /// Opens the registry; `None` if nothing has been loaded yet.
    pub(crate) fn open_to_read(
        folder: &Path,
        system: &'static str,
    ) -> Result<Option<Self>, StoreError> {
        let file = folder.join(FILE);
        if !file.exists() {
            return Ok(None);
        }
        // Opened for writing too: a reader that comes upon the journal of a killed writer has to undo it.
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection =
            Connection::open_with_flags(file, flags).map_err(StoreError::unreachable)?;
        connection
            .busy_timeout(Duration::from_secs(5))
            .map_err(StoreError::database)?;
        let there = connection
            .table_exists(None, "snapshot")
            .map_err(StoreError::database)?;
        Ok(there.then_some(Self { connection, system }))
    }

    /// Opens the registry, and makes it if it is missing.
    pub(crate) fn open(folder: &Path, system: &'static str) -> Result<Self, StoreError> {
        let connection = Connection::open(folder.join(FILE)).map_err(StoreError::unreachable)?;
        connection
            .busy_timeout(Duration::from_secs(5))
            .map_err(StoreError::database)?;
        connection
            .execute_batch("PRAGMA synchronous = FULL")
            .map_err(StoreError::database)?;
        connection
            .execute_batch(CREATE)
            .map_err(StoreError::database)?;
        Ok(Self { connection, system })
    }

    pub(crate) fn list(&self) -> Result<Vec<Snapshot>, StoreError> {
        let read = || -> rusqlite::Result<Vec<Snapshot>> {
            let mut statement = self
                .connection
                .prepare("SELECT * FROM snapshot ORDER BY state, begun_at DESC")?;
            let rows = statement.query_map([], |row| self.read(row))?;
            rows.collect()
        };
        read().map_err(StoreError::database)
    }

    fn read(&self, row: &Row<'_>) -> rusqlite::Result<Snapshot> {
        let count = |name: &str| row.get::<_, i64>(name).map(i64::cast_unsigned);
        Ok(Snapshot {
            id: parsed(row, "id", |text| text.parse::<Uuid>().ok())?,
            state: parsed(row, "state", |text| text.parse().ok())?,
            system: self.system.to_owned(),
            agency: row.get("agency")?,
            taken_at: parsed(row, "taken_at", instant)?,
            sequence: count("sequence")?,
            schema_version: row.get("schema_version")?,
            rows: count("rows")?,
            rows_quarantined: count("rows_quarantined")?,
            unsigned: row.get("unsigned")?,
            package: row.get("package")?,
            definition: row.get("definition")?,
            quarantine: row.get("quarantine")?,
            place: row.get("place")?,
            begun_at: parsed(row, "begun_at", instant)?,
            activated_at: row
                .get::<_, Option<String>>("activated_at")?
                .and_then(|text| instant(&text)),
        })
    }

    pub(crate) fn insert(&self, new: &Snapshot) -> Result<(), StoreError> {
        let sql = "INSERT INTO snapshot VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, 0, 0, ?8, ?9, ?10, ?11, ?12, NULL)";
        let values = params![
            new.id.to_string(),
            new.state.as_str(),
            new.place,
            new.agency,
            new.taken_at.to_rfc3339(),
            new.sequence.cast_signed(),
            new.schema_version,
            new.unsigned,
            new.package,
            new.definition,
            new.quarantine,
            new.begun_at.to_rfc3339(),
        ];
        self.connection
            .execute(sql, values)
            .map(|_| ())
            .map_err(StoreError::database)
    }

    /// Makes `next` active, the active one previous, and leaves the previous one to be dropped.
    pub(crate) fn switch(&mut self, next: &Snapshot, at: DateTime<Utc>) -> Result<(), StoreError> {
        let id = next.id.to_string();
        let mut switch = || -> rusqlite::Result<()> {
            let all = self.connection.transaction()?;
            all.execute(
                "UPDATE snapshot SET state = 'dropping' WHERE state = 'previous' AND id <> ?1",
                [&id],
            )?;
            // In a rollback `next` is the previous one; it makes room for the active one, since each state is held once.
            all.execute("UPDATE snapshot SET state = 'loading' WHERE id = ?1", [&id])?;
            all.execute(
                "UPDATE snapshot SET state = 'previous' WHERE state = 'active'",
                [],
            )?;
            all.execute(
                "UPDATE snapshot SET state = 'active', rows = ?2, rows_quarantined = ?3, activated_at = ?4 WHERE id = ?1",
                params![id, next.rows.cast_signed(), next.rows_quarantined.cast_signed(), at.to_rfc3339()],
            )?;
            all.commit()
        };
        switch().map_err(StoreError::database)
    }

    pub(crate) fn delete(&self, id: Uuid) -> Result<(), StoreError> {
        let deleted = self
            .connection
            .execute("DELETE FROM snapshot WHERE id = ?1", [id.to_string()]);
        deleted.map(|_| ()).map_err(StoreError::database)
    }
}

fn parsed<T>(
    row: &Row<'_>,
    column: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> rusqlite::Result<T> {
    let text: String = row.get(column)?;
    parse(&text).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(
            0,
            rusqlite::types::Type::Text,
            format!("{column} is unreadable").into(),
        )
    })
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    DateTime::parse_from_rfc3339(text)
        .ok()
        .map(|instant| instant.to_utc())
}
