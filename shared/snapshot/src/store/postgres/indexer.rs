//! Builds indexes of tables that are whole while the rows of other tables still come in.
//!
//! Two sessions share a queue: one only builds, the loading one joins it when all rows are in.

use std::collections::{HashSet, VecDeque};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use std::time::Duration;

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, AssertSqlSafe, Connection as _, PgConnection};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

use crate::ddl::{self, quoted};
use crate::definition::TableDefinition;
use crate::store::StoreError;
use crate::store::postgres::failed;

/// A statement to run in the schema of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Job {
    /// The index that it makes, if it makes one; it may be there already.
    index: Option<String>,
    sql: String,
}

/// What is to be done for a table that is whole: statistics, key, indexes.
pub(crate) fn jobs(table: &TableDefinition) -> Vec<Job> {
    // First, because it waits for the building of indexes of the same table, and they for it.
    let analyze = Job {
        index: None,
        sql: format!("ANALYZE {}", quoted(table.name)),
    };
    let indexes = ddl::create_indexes(table);
    let indexes = indexes.into_iter().map(|index| Job {
        index: Some(index.name),
        sql: index.sql,
    });
    std::iter::once(analyze).chain(indexes).collect()
}

/// What the session calls itself on the server.
fn name(system: &str) -> String {
    format!("lifeboat-indexer {system}")
}

/// Ends the sessions that killed loaders of this system left building. To be called with the lock of the system held.
pub(crate) async fn end_orphans(own: &mut PgConnection, system: &str) -> Result<(), StoreError> {
    const END: &str = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE datname = current_database() AND usename = current_user AND application_name = $1";
    loop {
        let ended: i64 = sqlx::query_scalar(END)
            .bind(name(system))
            .fetch_one(&mut *own)
            .await
            .map_err(failed)?;
        if ended == 0 {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Jobs that nobody has taken yet.
#[derive(Debug, Default)]
struct Queue {
    jobs: Mutex<VecDeque<Job>>,
    /// Told when a job was added or the queue was closed.
    added: Notify,
}

impl Queue {
    fn take(&self) -> Option<Job> {
        self.jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop_front()
    }
}

/// The session that only builds.
#[derive(Debug)]
pub(crate) struct Indexer {
    queue: Arc<Queue>,
    /// Told that no more jobs will come.
    closed: Arc<AtomicBool>,
    worker: JoinHandle<Result<(), StoreError>>,
    /// Process id of the session on the server.
    backend: i32,
    /// Tables whose jobs are in the queue, or were.
    tables: HashSet<&'static str>,
}

/// Without its owner nobody waits for what it builds.
impl Drop for Indexer {
    fn drop(&mut self) {
        self.worker.abort();
    }
}

impl Indexer {
    /// Opens the session; `setup` is run in it first.
    pub(crate) async fn start(
        options: &PgConnectOptions,
        system: &str,
        schema: &str,
        setup: &'static str,
    ) -> Result<Self, StoreError> {
        let mut session =
            PgConnection::connect_with(&options.clone().application_name(&name(system)))
                .await
                .map_err(StoreError::unreachable)?;
        sqlx::raw_sql(setup)
            .execute(&mut session)
            .await
            .map_err(failed)?;
        let search = format!("SET search_path TO {}", quoted(schema));
        sqlx::raw_sql(AssertSqlSafe(search))
            .execute(&mut session)
            .await
            .map_err(failed)?;
        let asked = sqlx::query_scalar("SELECT pg_backend_pid()");
        let backend = asked.fetch_one(&mut session).await.map_err(failed)?;
        let queue = Arc::<Queue>::default();
        let closed = Arc::<AtomicBool>::default();
        let worker = tokio::spawn(work(session, Arc::clone(&queue), Arc::clone(&closed)));
        Ok(Self {
            queue,
            closed,
            worker,
            backend,
            tables: HashSet::new(),
        })
    }

    /// Adds what is to be done for a table, once.
    pub(crate) fn add(&mut self, table: &TableDefinition) {
        if !self.tables.insert(table.name) {
            return;
        }
        let mut waiting = self
            .queue
            .jobs
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        waiting.extend(jobs(table));
        drop(waiting);
        self.queue.added.notify_one();
    }

    /// Helps with what is left in the session `own`, and waits for the rest.
    pub(crate) async fn finish(mut self, own: &mut PgConnection) -> Result<(), StoreError> {
        self.close();
        while let Some(job) = self.queue.take() {
            run(own, job).await?;
        }
        (&mut self.worker).await.map_err(StoreError::database)?
    }

    /// Stops at once; nothing that was begun is kept. `own` is another session.
    pub(crate) async fn cancel(mut self, own: &mut PgConnection) -> Result<(), StoreError> {
        while self.queue.take().is_some() {}
        self.close();
        let cancel = sqlx::query("SELECT pg_cancel_backend($1)").bind(self.backend);
        cancel.execute(own).await.map_err(failed)?;
        // Its statement was cancelled, so an error is what it ends with.
        let _cancelled = (&mut self.worker).await;
        Ok(())
    }

    fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.queue.added.notify_one();
    }
}

async fn work(
    mut session: PgConnection,
    queue: Arc<Queue>,
    closed: Arc<AtomicBool>,
) -> Result<(), StoreError> {
    loop {
        let is_last = closed.load(Ordering::Acquire);
        while let Some(job) = queue.take() {
            run(&mut session, job).await?;
        }
        if is_last {
            return session.close().await.map_err(failed);
        }
        queue.added.notified().await;
    }
}

async fn run(session: &mut PgConnection, job: Job) -> Result<(), StoreError> {
    if let Some(name) = &job.index {
        let asked = sqlx::query_scalar("SELECT to_regclass($1) IS NOT NULL").bind(quoted(name));
        let there: bool = asked.fetch_one(&mut *session).await.map_err(failed)?;
        if there {
            return Ok(());
        }
    }
    sqlx::raw_sql(AssertSqlSafe(job.sql))
        .execute(session)
        .await
        .map_err(failed)?;
    Ok(())
}
