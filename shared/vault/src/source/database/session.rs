//! One connection in the snapshot that all of them share.

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

use crate::source::SourceError;

/// Values are written so that they can be read back exactly, whatever the server's settings. Row security must not leave rows out
/// silently: it is an error instead. Waiting for a lock is bounded, so that nobody queues behind a backup. A scan has the heap's order,
/// from its first block on; cores are kept busy by several connections.
const SETTINGS: &str = "SET datestyle = 'ISO, YMD'; SET intervalstyle = 'postgres'; SET timezone = 'UTC'; SET bytea_output = 'hex';
    SET extra_float_digits = 3; SET xmloption = content; SET row_security = off; SET search_path = pg_catalog;
    SET statement_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET lock_timeout = '60s'; SET client_min_messages = warning;
    SET synchronize_seqscans = off; SET max_parallel_workers_per_gather = 0; SET work_mem = '64MB'";
const BEGIN: &str = "BEGIN TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY";

/// Where the database is, and how to get in. Never shown.
#[derive(Clone)]
pub(super) struct Login {
    options: PgConnectOptions,
    /// Its name.
    pub(super) database: String,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Login({})", self.database)
    }
}

impl Login {
    pub(super) fn read(url: &str) -> Result<Self, SourceError> {
        let options = url
            .parse::<PgConnectOptions>()
            .map_err(|_| SourceError::Spec)?
            .application_name("lifeboat-backup")
            .disable_statement_logging();
        // As the server does when no database is named.
        let database = options
            .get_database()
            .unwrap_or_else(|| options.get_username())
            .to_owned();
        Ok(Self { options, database })
    }

    pub(super) fn failed(&self, what: impl Into<String>) -> SourceError {
        SourceError::Database {
            database: self.database.clone(),
            what: what.into(),
        }
    }

    /// A connection with a transaction that reads only.
    pub(super) async fn connect(&self) -> Result<PgConnection, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.options).await?;
        sqlx::raw_sql(SETTINGS).execute(&mut connection).await?;
        sqlx::raw_sql(BEGIN).execute(&mut connection).await?;
        Ok(connection)
    }
}

/// Lets a connection see what the exporting one sees.
pub(super) async fn join(connection: &mut PgConnection, snapshot: &str) -> Result<(), sqlx::Error> {
    let statement = format!(
        "SET TRANSACTION SNAPSHOT '{}'",
        snapshot.replace('\'', "''")
    );
    sqlx::raw_sql(AssertSqlSafe(statement))
        .execute(connection)
        .await?;
    Ok(())
}

/// Runs on this thread, which belongs to one connection.
pub(super) fn run(work: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => runtime.block_on(work),
        // Whoever waits for this thread is told by the end of its channel.
        Err(error) => tracing::error!(%error, "a thread for a database connection cannot run"),
    }
}

/// What the server said, without values of rows, which stand in its details.
pub(super) fn words(error: &sqlx::Error) -> String {
    match error {
        sqlx::Error::Database(said) => said.message().to_owned(),
        sqlx::Error::Io(error) => format!("it cannot be reached ({error})"),
        other => other.to_string(),
    }
}
