use std::path::{Path, PathBuf};
use std::time::Duration;

use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, DbErr};
use sea_orm_migration::MigratorTrait;
use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use sqlx::sqlite::{SqliteJournalMode, SqliteSynchronous};

use crate::traced;

/// Why a database was not opened. Its words never hold the URL, which may hold a password.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Neither `postgres://…` nor `sqlite://PATH`.
    #[error("a database is given as postgres://… or sqlite://PATH")]
    Url,
    /// The folder of an SQLite file cannot be made.
    #[error("cannot make the folder {path}")]
    Folder {
        /// The folder.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The server does not answer, or refuses, or a migration failed.
    #[error("the database cannot be opened or brought up to date")]
    Database(#[from] DbErr),
}

/// Where a URL leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A PostgreSQL server.
    Postgres,
    /// An SQLite file.
    Sqlite(PathBuf),
}

impl Place {
    /// Reads the URL.
    ///
    /// # Errors
    /// When it is of neither kind.
    pub fn of(url: &str) -> Result<Self, OpenError> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(Self::Postgres);
        }
        match url.strip_prefix("sqlite://") {
            Some(path) if !path.is_empty() => Ok(Self::Sqlite(PathBuf::from(path))),
            _ => Err(OpenError::Url),
        }
    }
}

/// Opens the database of `url` and applies what is missing of `M`. In PostgreSQL everything lives in `schema`, and
/// copies of a service that start together wait for each other.
///
/// Statements are never logged nor put into spans: their values are personal data.
///
/// # Errors
/// When the URL is of no known kind, the server does not answer, or a migration fails.
pub async fn open<M: MigratorTrait>(
    url: &str,
    schema: &str,
    connections: u32,
) -> Result<DatabaseConnection, OpenError> {
    let place = Place::of(url)?;
    if let Place::Sqlite(path) = &place {
        make_folder(path)?;
        let mut connection = Database::connect(options(url, &place, schema, connections)).await?;
        M::up(&connection, None).await?;
        traced::trace(&mut connection);
        return Ok(connection);
    }
    // One connection, because the lock belongs to the session that took it; closing the session lets go of it.
    let single = Database::connect(options(url, &place, schema, 1)).await?;
    let prepared = prepare::<M>(&single, schema).await;
    single.close().await?;
    prepared?;
    let mut connection = Database::connect(options(url, &place, schema, connections)).await?;
    traced::trace(&mut connection);
    Ok(connection)
}

async fn prepare<M: MigratorTrait>(
    connection: &DatabaseConnection,
    schema: &str,
) -> Result<(), DbErr> {
    let lock = format!("SELECT pg_advisory_lock(hashtext('lifeboat-migrations-{schema}'))");
    connection.execute_unprepared(&lock).await?;
    let create = format!("CREATE SCHEMA IF NOT EXISTS {schema}");
    connection.execute_unprepared(&create).await?;
    M::up(connection, None).await
}

fn make_folder(file: &Path) -> Result<(), OpenError> {
    let Some(folder) = file.parent() else {
        return Ok(());
    };
    std::fs::create_dir_all(folder).map_err(|source| OpenError::Folder {
        path: folder.to_owned(),
        source,
    })
}

fn options(url: &str, place: &Place, schema: &str, connections: u32) -> ConnectOptions {
    let schema = schema.to_owned();
    let mut options = ConnectOptions::new(match place {
        Place::Postgres => url.to_owned(),
        Place::Sqlite(path) => format!("sqlite://{}?mode=rwc", path.display()),
    });
    options
        .max_connections(connections)
        .connect_timeout(Duration::from_secs(5))
        .acquire_timeout(Duration::from_secs(2))
        .sqlx_logging(false)
        .record_stmt_in_spans(false)
        .map_sqlx_postgres_opts(move |server| {
            // A copy that lost its machine in the middle of its work does not hold up the others for longer.
            in_schema(server, &schema).options([("idle_in_transaction_session_timeout", "10s")])
        })
        .map_sqlx_sqlite_opts(|file| {
            file.journal_mode(SqliteJournalMode::Wal)
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(Duration::from_secs(2))
                .foreign_keys(true)
        });
    options
}

/// The options of a single connection to PostgreSQL, for those who need the driver itself.
///
/// # Errors
/// When the URL cannot be read.
pub fn postgres_options(url: &str, schema: &str) -> Result<PgConnectOptions, OpenError> {
    let server = url
        .parse::<PgConnectOptions>()
        .map_err(|_| OpenError::Url)?;
    Ok(in_schema(server, schema).disable_statement_logging())
}

fn in_schema(server: PgConnectOptions, schema: &str) -> PgConnectOptions {
    // A commit is on disk when it is acknowledged, whatever the server's default says.
    server.options([("search_path", schema), ("synchronous_commit", "on")])
}
