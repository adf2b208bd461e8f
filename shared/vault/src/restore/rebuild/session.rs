//! Sessions of a restore on the server.

use sea_orm::sqlx::postgres::{PgConnectOptions, PgDatabaseError};
use sea_orm::sqlx::{self, AssertSqlSafe, ConnectOptions as _, Connection as _, PgConnection};

/// Losing the last rows with the server is no loss: nothing counts before the last commit, which waits for the disk. Waiting is not
/// bounded, as cores and clouds may be slow. As many sessions as there are cores build, so none has helpers until it is the last.
const SETTINGS: &str = "SET synchronous_commit = off; SET maintenance_work_mem = '128MB'; SET max_parallel_maintenance_workers = 0;
    SET statement_timeout = 0; SET lock_timeout = 0; SET idle_in_transaction_session_timeout = 0; SET client_min_messages = warning;
    SET xmloption = content;
    SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings WHERE name IN ('idle_session_timeout', 'transaction_timeout')";

/// What the session that holds the lock calls itself on the server.
const FIRST: &str = "lifeboat-restore";
/// What the others call themselves.
pub(super) const WORKER: &str = "lifeboat-restore-worker";

/// Where the database is, and how to get in. Never shown.
#[derive(Clone)]
pub(super) struct Login(PgConnectOptions);

impl std::fmt::Debug for Login {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("Login")
    }
}

impl Login {
    pub(super) fn read(url: &str) -> Option<Self> {
        let options: PgConnectOptions = url.parse().ok()?;
        Some(Self(options.disable_statement_logging()))
    }

    /// The session that holds the lock.
    pub(super) async fn first(&self) -> Result<PgConnection, String> {
        self.connect(FIRST).await
    }

    /// A session that reads rows and builds keys.
    pub(super) async fn worker(&self, settings: &[String]) -> Result<PgConnection, String> {
        let mut session = self.connect(WORKER).await?;
        for setting in settings {
            run(&mut session, setting).await?;
        }
        Ok(session)
    }

    async fn connect(&self, name: &str) -> Result<PgConnection, String> {
        let options = self.0.clone().application_name(name);
        let connected = PgConnection::connect_with(&options).await;
        let mut session = connected.map_err(|error| words(&error))?;
        run(&mut session, SETTINGS).await?;
        Ok(session)
    }
}

/// Runs statements without parameters.
pub(super) async fn run(session: &mut PgConnection, sql: &str) -> Result<(), String> {
    let ran = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()))
        .execute(session)
        .await;
    ran.map(drop).map_err(|error| words(&error))
}

/// What the server said, and the line of a copy where it said so, but no value of a row: errors go to logs.
pub(super) fn words(error: &sqlx::Error) -> String {
    let sqlx::Error::Database(said) = error else {
        return match error {
            sqlx::Error::Io(error) => format!("the database cannot be reached ({error})"),
            other => other.to_string(),
        };
    };
    let code = said.code().unwrap_or_default();
    // Errors of the class "data exception" quote what they cannot read.
    let what = if code.starts_with("22") {
        format!("a value is not one of its type (SQLSTATE {code})")
    } else {
        said.message().to_owned()
    };
    let place = said
        .try_downcast_ref::<PgDatabaseError>()
        .and_then(PgDatabaseError::r#where)
        .and_then(|place| place.lines().find(|line| line.starts_with("COPY ")))
        // Behind the column stands its value.
        .map(|place| place.split(": \"").next().unwrap_or_default());
    match place {
        Some(place) => format!("{what} ({place})"),
        None => what,
    }
}
