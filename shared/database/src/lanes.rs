//! Connections for short reads: each thread has its own, and a read is one round trip.
//!
//! The driver's pool asks whether a connection still lives before and after every statement, and lets a connection that one
//! thread opened be used by another, which wakes both. Where a request is one short read, that is several times the cost
//! of the read itself.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::ThreadId;
use std::time::Duration;

use sea_orm::{
    ConnAcquireErr, ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, RuntimeErr,
    Statement, Values,
};
use sea_query_sqlx::SqlxValues;
use sqlx::{self, AssertSqlSafe, Connection, Database, Executor, IntoArguments, Postgres, Sqlite};
use tokio::sync::Semaphore;
use tokio::time::{Instant, timeout};

use crate::traced;

/// A connection that rested longer is tried before it is used.
const RESTED: Duration = Duration::from_secs(1);

type Options<D> = <<D as Database>::Connection as Connection>::Options;

/// A kind of database that can be asked.
pub trait Kind: Database {
    /// What its statements are written for.
    const BACKEND: DbBackend;
}

impl Kind for Postgres {
    const BACKEND: DbBackend = DbBackend::Postgres;
}

impl Kind for Sqlite {
    const BACKEND: DbBackend = DbBackend::Sqlite;
}

/// Connections to one database, divided among the threads that ask.
pub struct Lanes<D: Kind> {
    place: Options<D>,
    /// Most connections of one thread.
    width: usize,
    /// How long a request waits for a connection.
    patience: Duration,
    of_threads: Mutex<HashMap<ThreadId, Arc<Lane<D>>>>,
}

/// One thread's connections.
struct Lane<D: Kind> {
    places: Semaphore,
    resting: Mutex<Vec<Resting<D>>>,
}

struct Resting<D: Kind> {
    connection: D::Connection,
    since: Instant,
}

/// A connection on loan. Dropped in the middle of a statement, it is closed: nobody reads somebody else's answer.
struct Loan<D: Kind> {
    connection: D::Connection,
    /// Whether it was used before, and the server may have closed it since.
    kept: bool,
}

impl<D: Kind> Lanes<D>
where
    SqlxValues: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
{
    /// At most `connections` of them for `threads` threads, and at least one for each. Connects once, to find out
    /// whether the server is there.
    ///
    /// # Errors
    /// When it is not.
    pub async fn open(
        place: Options<D>,
        connections: u32,
        threads: usize,
        patience: Duration,
    ) -> Result<Self, sqlx::Error> {
        let lanes = Self::unopened(place, connections, threads, patience);
        let first = timeout(patience, D::Connection::connect_with(&lanes.place))
            .await
            .map_err(|_| sqlx::Error::PoolTimedOut)??;
        first.close().await?;
        Ok(lanes)
    }

    /// As [`Lanes::open`], without finding out whether the server is there: one that may come later.
    #[must_use]
    pub fn unopened(
        place: Options<D>,
        connections: u32,
        threads: usize,
        patience: Duration,
    ) -> Self {
        let connections = usize::try_from(connections).unwrap_or(usize::MAX);
        Self {
            place,
            width: (connections / threads.max(1)).max(1),
            patience,
            of_threads: Mutex::default(),
        }
    }

    fn lane(&self) -> Arc<Lane<D>> {
        let lane = || {
            Arc::new(Lane {
                places: Semaphore::new(self.width),
                resting: Mutex::default(),
            })
        };
        locked(&self.of_threads)
            .entry(std::thread::current().id())
            .or_insert_with(lane)
            .clone()
    }

    /// The rows that a statement finds, for who may have to ask elsewhere with the same statement.
    ///
    /// # Errors
    /// When the database does not answer, or refuses.
    pub async fn query(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr>
    where
        QueryResult: From<D::Row>,
    {
        let rows = self.rows(statement).await?;
        Ok(rows.into_iter().map(QueryResult::from).collect())
    }

    /// The rows that a statement finds. Where a kept connection turns out to be closed, it is asked once more on a new
    /// one, which is right because only reads come this way.
    async fn rows(&self, statement: &Statement) -> Result<Vec<D::Row>, DbErr> {
        let mut span = traced::statement(D::BACKEND, &statement.sql);
        let found = self.find(statement).await;
        if found.is_err() {
            span.fail("failed");
        }
        found
    }

    async fn find(&self, statement: &Statement) -> Result<Vec<D::Row>, DbErr> {
        let lane = self.lane();
        let _place = timeout(self.patience, lane.places.acquire())
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::ConnectionClosed))?;
        let mut loan = self.loan(&lane).await?;
        let mut found = Self::ask(&mut loan.connection, statement).await;
        if loan.kept && matches!(&found, Err(error) if is_closed(error)) {
            locked(&lane.resting).clear();
            loan = self.connect().await?;
            found = Self::ask(&mut loan.connection, statement).await;
        }
        if found.is_ok() {
            locked(&lane.resting).push(Resting {
                connection: loan.connection,
                since: Instant::now(),
            });
        }
        found.map_err(|error| DbErr::Query(RuntimeErr::SqlxError(error.into())))
    }

    async fn loan(&self, lane: &Lane<D>) -> Result<Loan<D>, DbErr> {
        // Taken in a statement of its own: the lock must not be held while waiting.
        let kept = locked(&lane.resting).pop();
        let Some(mut kept) = kept else {
            return self.connect().await;
        };
        if kept.since.elapsed() > RESTED {
            let lives = timeout(self.patience, kept.connection.ping()).await;
            if !matches!(lives, Ok(Ok(()))) {
                return self.connect().await;
            }
        }
        Ok(Loan {
            connection: kept.connection,
            kept: true,
        })
    }

    async fn connect(&self) -> Result<Loan<D>, DbErr> {
        let connection = timeout(self.patience, D::Connection::connect_with(&self.place))
            .await
            .map_err(|_| DbErr::ConnectionAcquire(ConnAcquireErr::Timeout))?
            .map_err(|error| DbErr::Conn(RuntimeErr::SqlxError(error.into())))?;
        Ok(Loan {
            connection,
            kept: false,
        })
    }

    async fn ask(
        connection: &mut D::Connection,
        statement: &Statement,
    ) -> Result<Vec<D::Row>, sqlx::Error> {
        let values = statement.values.clone().unwrap_or(Values(Vec::new()));
        sqlx::query_with(AssertSqlSafe(statement.sql.as_str()), SqlxValues(values))
            .fetch_all(connection)
            .await
    }
}

impl<D: Kind> fmt::Debug for Lanes<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Without the place: it may contain a password.
        f.debug_struct("Lanes")
            .field("width", &self.width)
            .finish_non_exhaustive()
    }
}

/// The connection is gone, or the server is taking leave of it (class 57: operator intervention).
fn is_closed(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_) => true,
        sqlx::Error::Database(error) => {
            matches!(error.code().as_deref(), Some("57P01" | "57P02" | "57P03"))
        }
        _ => false,
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn only_reads() -> DbErr {
    DbErr::Custom("this connection only reads".to_owned())
}

#[async_trait::async_trait]
impl<D: Kind> ConnectionTrait for Lanes<D>
where
    SqlxValues: IntoArguments<D>,
    for<'c> &'c mut D::Connection: Executor<'c, Database = D>,
    QueryResult: From<D::Row>,
{
    fn get_database_backend(&self) -> DbBackend {
        D::BACKEND
    }

    async fn execute_raw(&self, _: Statement) -> Result<ExecResult, DbErr> {
        Err(only_reads())
    }

    async fn execute_unprepared(&self, _: &str) -> Result<ExecResult, DbErr> {
        Err(only_reads())
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        let rows = self.rows(&statement).await?;
        Ok(rows.into_iter().next().map(QueryResult::from))
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.query(&statement).await
    }
}
