//! Which snapshots there are: the tables `snapshot` and `snapshot_part` in the system's own schema.

use chrono::{DateTime, Utc};
use sea_orm::sqlx::postgres::PgRow;
use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection, Row as _};
use uuid::Uuid;

use crate::ddl::quoted;
use crate::store::postgres::failed;
use crate::store::{Snapshot, State, StoreError};

/// The registry of one system.
#[derive(Debug, Clone)]
pub(crate) struct Registry {
    system: &'static str,
    schema: String,
}

/// `undefined_table` and `invalid_schema_name`: nothing has been loaded yet.
const NOT_THERE: [&str; 2] = ["42P01", "3F000"];

impl Registry {
    pub(crate) fn of(system: &'static str) -> Self {
        Self {
            system,
            schema: system.replace('-', "_"),
        }
    }

    /// Name of the schema, which the names of the data's schemas begin with.
    pub(crate) fn schema(&self) -> &str {
        &self.schema
    }

    /// A number for the advisory lock of this system's loads.
    pub(crate) fn lock(&self) -> i64 {
        let digest =
            crate::digest::of(format!("lifeboat snapshot load {}", self.system).as_bytes());
        let mut number = [0; 8];
        number.copy_from_slice(&digest[..8]);
        i64::from_be_bytes(number)
    }

    pub(crate) fn table(&self, name: &str) -> String {
        format!("{}.{}", quoted(&self.schema), quoted(name))
    }

    /// Makes the registry if it is missing.
    pub(crate) async fn create(&self, connection: &mut PgConnection) -> Result<(), StoreError> {
        let (snapshot, part) = (self.table("snapshot"), self.table("snapshot_part"));
        let sql = format!(
            "SET client_min_messages = warning;
             CREATE SCHEMA IF NOT EXISTS {schema};
             CREATE TABLE IF NOT EXISTS {snapshot} (
                 id uuid PRIMARY KEY, state text NOT NULL, place text NOT NULL, agency text NOT NULL,
                 taken_at timestamptz NOT NULL, sequence bigint NOT NULL, schema_version bigint NOT NULL,
                 rows bigint NOT NULL, rows_quarantined bigint NOT NULL, unsigned text, package text NOT NULL,
                 definition text NOT NULL, quarantine text, begun_at timestamptz NOT NULL, activated_at timestamptz);
             CREATE UNIQUE INDEX IF NOT EXISTS snapshot_one_active ON {snapshot} (state)
                 WHERE state IN ('active', 'previous');
             CREATE TABLE IF NOT EXISTS {part} (
                 snapshot uuid NOT NULL REFERENCES {snapshot} ON DELETE CASCADE, table_name text NOT NULL,
                 part bigint NOT NULL, rows bigint NOT NULL, bad_rows bigint NOT NULL, last_key bytea NOT NULL,
                 PRIMARY KEY (snapshot, table_name, part));",
            schema = quoted(&self.schema),
        );
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(connection)
            .await
            .map_err(failed)?;
        Ok(())
    }

    pub(crate) async fn active(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Option<Snapshot>, StoreError> {
        Ok(self
            .select(connection, "WHERE state = 'active'")
            .await?
            .pop())
    }

    pub(crate) async fn list(
        &self,
        connection: &mut PgConnection,
    ) -> Result<Vec<Snapshot>, StoreError> {
        self.select(connection, "ORDER BY state, begun_at DESC")
            .await
    }

    async fn select(
        &self,
        connection: &mut PgConnection,
        which: &str,
    ) -> Result<Vec<Snapshot>, StoreError> {
        let sql = format!("SELECT * FROM {} {which}", self.table("snapshot"));
        match sqlx::query(AssertSqlSafe(sql)).fetch_all(connection).await {
            Ok(rows) => rows.iter().map(|row| self.read(row)).collect(),
            Err(sqlx::Error::Database(error))
                if error.code().is_some_and(|code| NOT_THERE.contains(&&*code)) =>
            {
                Ok(Vec::new())
            }
            Err(error) => Err(failed(error)),
        }
    }

    fn read(&self, row: &PgRow) -> Result<Snapshot, StoreError> {
        let read = || -> Result<Snapshot, sqlx::Error> {
            let state: String = row.try_get("state")?;
            let count = |name: &str| row.try_get::<i64, _>(name).map(i64::cast_unsigned);
            Ok(Snapshot {
                id: row.try_get("id")?,
                state: state
                    .parse()
                    .map_err(|words: String| sqlx::Error::Decode(words.into()))?,
                system: self.system.to_owned(),
                agency: row.try_get("agency")?,
                taken_at: row.try_get("taken_at")?,
                sequence: count("sequence")?,
                schema_version: u32::try_from(count("schema_version")?)
                    .map_err(|e| sqlx::Error::Decode(e.into()))?,
                rows: count("rows")?,
                rows_quarantined: count("rows_quarantined")?,
                unsigned: row.try_get("unsigned")?,
                package: row.try_get("package")?,
                definition: row.try_get("definition")?,
                quarantine: row.try_get("quarantine")?,
                place: row.try_get("place")?,
                begun_at: row.try_get("begun_at")?,
                activated_at: row.try_get("activated_at")?,
            })
        };
        read().map_err(failed)
    }

    pub(crate) async fn insert(
        &self,
        connection: &mut PgConnection,
        new: &Snapshot,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO {} (id, state, place, agency, taken_at, sequence, schema_version, rows, rows_quarantined,
             unsigned, package, definition, quarantine, begun_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 0, 0, $8, $9, $10, $11, $12)",
            self.table("snapshot")
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(new.id)
            .bind(new.state.as_str())
            .bind(&new.place)
            .bind(&new.agency)
            .bind(new.taken_at)
            .bind(new.sequence.cast_signed())
            .bind(i64::from(new.schema_version))
            .bind(&new.unsigned)
            .bind(&new.package)
            .bind(&new.definition)
            .bind(&new.quarantine)
            .bind(new.begun_at);
        query.execute(connection).await.map_err(failed)?;
        Ok(())
    }

    /// Inside of a transaction: makes `next` active, the active one previous, and leaves the previous one to be dropped.
    pub(crate) async fn switch(
        &self,
        connection: &mut PgConnection,
        next: &Snapshot,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let table = self.table("snapshot");
        self.set_state(connection, next.id, State::Previous, State::Dropping)
            .await?;
        // In a rollback `next` is the previous one; it makes room for the active one, since each state is held once.
        let sql = format!("UPDATE {table} SET state = 'loading' WHERE id = $1");
        sqlx::query(AssertSqlSafe(sql))
            .bind(next.id)
            .execute(&mut *connection)
            .await
            .map_err(failed)?;
        self.set_state(connection, next.id, State::Active, State::Previous)
            .await?;
        let sql = format!(
            "UPDATE {table} SET state = 'active', rows = $2, rows_quarantined = $3, activated_at = $4 WHERE id = $1"
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(next.id)
            .bind(next.rows.cast_signed())
            .bind(next.rows_quarantined.cast_signed())
            .bind(at);
        query.execute(connection).await.map_err(failed)?;
        Ok(())
    }

    /// Turns every snapshot but `except` that is `from` into `to`.
    async fn set_state(
        &self,
        connection: &mut PgConnection,
        except: Uuid,
        from: State,
        to: State,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE {} SET state = $3 WHERE state = $2 AND id <> $1",
            self.table("snapshot")
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(except)
            .bind(from.as_str())
            .bind(to.as_str());
        query.execute(connection).await.map_err(failed)?;
        Ok(())
    }

    pub(crate) async fn delete(
        &self,
        connection: &mut PgConnection,
        id: Uuid,
    ) -> Result<(), StoreError> {
        let sql = format!("DELETE FROM {} WHERE id = $1", self.table("snapshot"));
        sqlx::query(AssertSqlSafe(sql))
            .bind(id)
            .execute(connection)
            .await
            .map_err(failed)?;
        Ok(())
    }
}
