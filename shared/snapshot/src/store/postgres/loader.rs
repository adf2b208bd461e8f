//! Loads into PostgreSQL with COPY.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection as _, PgConnection, Row as _};
use tokio::sync::mpsc::Receiver;

use crate::ddl::{self, Dialect, quoted};
use crate::definition::TableDefinition;
use crate::encode::CopyText;
use crate::flow::{Event, PartDone, PartName};
use crate::plan::{Plan, TablePlan};
use crate::progress::SharedProgress;
use crate::read::PartRead;
use crate::store::loader::Loader;
use crate::store::postgres::failed;
use crate::store::postgres::indexer::{Indexer, end_orphans};
use crate::store::postgres::registry::Registry;
use crate::store::{Snapshot, StoreError};

/// How often and how long to wait for the lock: the server takes a moment to notice that a killed loader is gone.
const LOCK_TRIES: u32 = 30;
const LOCK_PAUSE: Duration = Duration::from_millis(100);

/// For the session that loads. Losing the last parts of a load with the server is no loss: data and registry go together,
/// and the load is resumed; only the switch waits for the disk.
/// Two sessions build indexes, each with one helper. Lookups by key need only coarse statistics.
const SESSION: &str = "SET synchronous_commit = off; SET maintenance_work_mem = '128MB'; SET statement_timeout = 0;
    SET idle_in_transaction_session_timeout = 0; SET client_min_messages = warning; SET default_statistics_target = 10;
    SET max_parallel_maintenance_workers = 1";

/// The session of a load; the lock is the session's.
#[derive(Debug)]
pub(crate) struct PostgresLoader {
    connection: PgConnection,
    options: PgConnectOptions,
    registry: Registry,
    /// Builds indexes while rows come in.
    indexer: Option<Indexer>,
}

impl PostgresLoader {
    pub(crate) async fn lock(
        options: &PgConnectOptions,
        registry: Registry,
    ) -> Result<Self, StoreError> {
        let mut connection = PgConnection::connect_with(options)
            .await
            .map_err(StoreError::unreachable)?;
        for _ in 0..LOCK_TRIES {
            let asked = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)").bind(registry.lock());
            if asked.fetch_one(&mut connection).await.map_err(failed)? {
                sqlx::raw_sql(SESSION)
                    .execute(&mut connection)
                    .await
                    .map_err(failed)?;
                end_orphans(&mut connection, registry.schema()).await?;
                registry.create(&mut connection).await?;
                return Ok(Self {
                    connection,
                    options: options.clone(),
                    registry,
                    indexer: None,
                });
            }
            tokio::time::sleep(LOCK_PAUSE).await;
        }
        Err(StoreError::Busy)
    }

    async fn run(&mut self, sql: String) -> Result<(), StoreError> {
        sqlx::raw_sql(AssertSqlSafe(sql))
            .execute(&mut self.connection)
            .await
            .map_err(failed)?;
        Ok(())
    }

    async fn indexer(&self, draft: &Snapshot) -> Result<Indexer, StoreError> {
        Indexer::start(&self.options, self.registry.schema(), &draft.place, SESSION).await
    }

    async fn search(&mut self, schema: &str) -> Result<(), StoreError> {
        self.run(format!("SET search_path TO {}", quoted(schema)))
            .await
    }

    /// Copies the rows of one part. `false`: the rows ended without the part's end, and nothing was kept.
    async fn copy_part(
        &mut self,
        draft: &Snapshot,
        table: &TablePlan,
        events: &mut Receiver<Event<Vec<u8>>>,
    ) -> Result<bool, StoreError> {
        self.run("BEGIN".to_owned()).await?;
        let mut copy = self
            .connection
            .copy_in_raw(&copy_statement(draft, table))
            .await
            .map_err(failed)?;
        let done = loop {
            match events.recv().await {
                Some(Event::Rows(rows)) => {
                    copy.send(rows).await.map_err(failed)?;
                }
                Some(Event::End(done)) => break Some(done),
                Some(Event::Begin(_)) | None => break None,
            }
        };
        let Some(done) = done else {
            copy.abort("the package is at fault")
                .await
                .map_err(failed)?;
            self.run("ROLLBACK".to_owned()).await?;
            return Ok(false);
        };
        let taken = copy.finish().await.map_err(failed)?;
        if taken != done.read.rows {
            let words = format!(
                "{} took {taken} of {} rows of a part",
                table.definition.name, done.read.rows
            );
            return Err(StoreError::Database(words));
        }
        self.register(draft, table, &done).await?;
        self.run("COMMIT".to_owned()).await?;
        Ok(true)
    }

    async fn register(
        &mut self,
        draft: &Snapshot,
        table: &TablePlan,
        done: &PartDone,
    ) -> Result<(), StoreError> {
        let sql = format!(
            "INSERT INTO {} VALUES ($1, $2, $3, $4, $5, $6)",
            self.registry.table("snapshot_part")
        );
        let query = sqlx::query(AssertSqlSafe(sql))
            .bind(draft.id)
            .bind(table.definition.name)
            .bind(i64::try_from(done.name.part).map_err(StoreError::database)?)
            .bind(done.read.rows.cast_signed())
            .bind(done.read.bad_rows.cast_signed())
            .bind(&done.last_key);
        query.execute(&mut self.connection).await.map_err(failed)?;
        Ok(())
    }
}

fn copy_statement(draft: &Snapshot, table: &TablePlan) -> String {
    let columns: Vec<String> = table
        .definition
        .columns
        .iter()
        .map(|column| quoted(column.name))
        .collect();
    let name = quoted(table.definition.name);
    format!(
        "COPY {}.{name} ({}) FROM STDIN WITH (FORMAT text, ENCODING 'UTF8')",
        quoted(&draft.place),
        columns.join(", ")
    )
}

impl Loader for PostgresLoader {
    type Encoder = CopyText;

    fn place(&self, short: &str) -> String {
        format!("{}_{short}", self.registry.schema())
    }

    async fn snapshots(&mut self) -> Result<Vec<Snapshot>, StoreError> {
        self.registry.list(&mut self.connection).await
    }

    async fn begin(
        &mut self,
        draft: &Snapshot,
        tables: &[TableDefinition],
    ) -> Result<(), StoreError> {
        self.run("BEGIN".to_owned()).await?;
        self.registry.insert(&mut self.connection, draft).await?;
        self.run(format!("CREATE SCHEMA {}", quoted(&draft.place)))
            .await?;
        self.search(&draft.place).await?;
        for table in tables {
            self.run(ddl::create_table(table, Dialect::Postgres))
                .await?;
        }
        self.run("COMMIT".to_owned()).await
    }

    async fn done(&mut self, draft: &Snapshot, plan: &Plan) -> Result<Vec<PartDone>, StoreError> {
        let sql = format!(
            "SELECT * FROM {} WHERE snapshot = $1",
            self.registry.table("snapshot_part")
        );
        let query = sqlx::query(AssertSqlSafe(sql)).bind(draft.id);
        let rows = query
            .fetch_all(&mut self.connection)
            .await
            .map_err(failed)?;
        let mut done = Vec::new();
        for row in rows {
            let name: String = row.try_get("table_name").map_err(failed)?;
            let count = |column: &str| {
                row.try_get::<i64, _>(column)
                    .map(i64::cast_unsigned)
                    .map_err(failed)
            };
            let Some(table) = plan
                .tables
                .iter()
                .position(|table| table.definition.name == name)
            else {
                continue;
            };
            done.push(PartDone {
                name: PartName {
                    table,
                    part: usize::try_from(count("part")?).map_err(StoreError::database)?,
                },
                read: PartRead {
                    rows: count("rows")?,
                    bad_rows: count("bad_rows")?,
                },
                last_key: row.try_get("last_key").map_err(failed)?,
            });
        }
        Ok(done)
    }

    async fn receive(
        &mut self,
        draft: &Snapshot,
        plan: Arc<Plan>,
        mut events: Receiver<Event<Vec<u8>>>,
    ) -> Result<(), StoreError> {
        let mut indexer = self.indexer(draft).await?;
        let mut last = None;
        while let Some(event) = events.recv().await {
            // Rows outside of a part do not happen: the reader begins every part.
            let Event::Begin(name) = event else { continue };
            if let Some(whole) = last.replace(name.table).filter(|last| *last != name.table) {
                indexer.add(&plan.tables[whole].definition);
            }
            match self
                .copy_part(draft, &plan.tables[name.table], &mut events)
                .await
            {
                Ok(true) => {}
                Ok(false) => return indexer.cancel(&mut self.connection).await,
                Err(error) => return Err(error),
            }
        }
        self.indexer = Some(indexer);
        Ok(())
    }

    async fn index(
        &mut self,
        draft: &Snapshot,
        tables: &[TableDefinition],
        progress: &SharedProgress,
    ) -> Result<(), StoreError> {
        self.search(&draft.place).await?;
        let mut indexer = match self.indexer.take() {
            Some(indexer) => indexer,
            None => self.indexer(draft).await?,
        };
        // Those that are built already are found and left.
        for table in tables {
            indexer.add(table);
        }
        indexer.finish(&mut self.connection).await?;
        progress.advance(tables.len() as u64);
        Ok(())
    }

    async fn count(&mut self, draft: &Snapshot, table: &str) -> Result<u64, StoreError> {
        let sql = format!(
            "SELECT count(*) FROM {}.{}",
            quoted(&draft.place),
            quoted(table)
        );
        let counted = sqlx::query_scalar(AssertSqlSafe(sql))
            .fetch_one(&mut self.connection)
            .await;
        counted.map(i64::cast_unsigned).map_err(failed)
    }

    async fn activate(&mut self, next: &Snapshot, at: DateTime<Utc>) -> Result<(), StoreError> {
        // Everything before in the log becomes durable with this commit.
        self.run("BEGIN; SET LOCAL synchronous_commit = on".to_owned())
            .await?;
        self.registry.switch(&mut self.connection, next, at).await?;
        self.run("COMMIT".to_owned()).await
    }

    async fn discard(&mut self, snapshot: &Snapshot) -> Result<(), StoreError> {
        if let Some(indexer) = self.indexer.take() {
            indexer.cancel(&mut self.connection).await?;
        }
        // Readers of a snapshot that is two loads old are not waited for; the next load tries again.
        let sql = format!(
            "BEGIN; SET LOCAL lock_timeout = '5s'; DROP SCHEMA IF EXISTS {} CASCADE",
            quoted(&snapshot.place)
        );
        if let Err(error) = self.run(sql).await {
            self.run("ROLLBACK".to_owned()).await?;
            return Err(error);
        }
        self.registry
            .delete(&mut self.connection, snapshot.id)
            .await?;
        self.run("COMMIT".to_owned()).await
    }
}
