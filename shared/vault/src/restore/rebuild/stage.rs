//! The stage: schemas of the target in which a database is made out of sight, and which is gone afterwards, whatever comes.
//!
//! What has to be undone is written down in the stage, in the transaction that does it, so that whoever comes next can undo it.

use std::time::Duration;

use sea_orm::sqlx::{self, AssertSqlSafe, PgConnection};

use super::script::{STAGE, Script, stage};
use super::session::{Login, WORKER, run, words};
use crate::source::ident;

/// `lifebo`, as a number.
const LOCK: i64 = 0x6c69_6665_626f;

/// How often and how long to wait for the lock: the server takes a moment to notice that a killed restore is gone.
const TRIES: u32 = 30;
const PAUSE: Duration = Duration::from_millis(100);

/// Objects that are named when there are many.
const NAMED: usize = 5;

/// Why a stage could not be made.
#[derive(Debug)]
pub(super) enum Hindrance {
    /// Another restore is at work.
    Busy,
    /// The target holds objects where the backup's would go.
    Occupied(Vec<String>),
    Failed(String),
}

impl From<String> for Hindrance {
    fn from(what: String) -> Self {
        Self::Failed(what)
    }
}

/// A stage that is set.
#[derive(Debug)]
pub(super) struct Stage {
    login: Login,
    /// Holds the lock for as long as it lives.
    session: PgConnection,
}

impl Stage {
    /// Takes the lock, clears what a killed restore left, and makes the empty tables, all of them or nothing.
    pub(super) async fn set(login: &Login, script: &Script) -> Result<Self, Hindrance> {
        let mut session = login.first().await?;
        lock(&mut session).await?;
        clear(&mut session).await?;
        let occupied = occupied(&mut session, &script.schemas).await?;
        if !occupied.is_empty() {
            return Err(Hindrance::Occupied(occupied));
        }
        let mut stage = Self {
            login: login.clone(),
            session,
        };
        stage.make(script).await?;
        Ok(stage)
    }

    async fn make(&mut self, script: &Script) -> Result<(), String> {
        let session = &mut self.session;
        for setting in &script.settings {
            run(session, setting).await?;
        }
        // Ended before a commit, the connection takes everything with it.
        let begin = format!(
            "BEGIN; CREATE SCHEMA {STAGE}; CREATE TABLE {STAGE}.undo (step serial, statement text)"
        );
        run(session, &begin).await?;
        for shared in &script.shared {
            let kind = if shared.is_extension {
                "EXTENSION"
            } else {
                "SCHEMA"
            };
            if !is_there(session, shared.is_extension, &shared.name).await? {
                let drop = format!("DROP {kind} IF EXISTS {}", ident(&shared.name));
                undo_with(session, &drop).await?;
            }
            run(session, &shared.statement).await?;
        }
        for place in 0..script.schemas.len() {
            let name = stage(place);
            run(session, &format!("CREATE SCHEMA {name}")).await?;
            let drop = format!("DROP SCHEMA IF EXISTS {name} CASCADE");
            undo_with(session, &drop).await?;
        }
        for statement in &script.objects {
            let made = run(session, statement).await;
            made.map_err(|what| format!("{what}, at {}", heading(statement)))?;
        }
        run(session, "COMMIT").await
    }

    /// Puts everything in its place, at once and for good.
    pub(super) async fn publish(&mut self, script: &Script) -> Result<(), String> {
        let session = &mut self.session;
        // Every earlier commit lies before this one in the log.
        run(session, "BEGIN; SET LOCAL synchronous_commit = on").await?;
        for (place, schema) in script.schemas.iter().enumerate() {
            for statement in moves(session, &stage(place), schema).await? {
                run(session, &statement).await?;
            }
            // Without CASCADE: it is empty, or nothing of this counts.
            run(session, &format!("DROP SCHEMA {}", stage(place))).await?;
        }
        for statement in &script.last {
            let ran = run(session, statement).await;
            ran.map_err(|what| format!("{what}, at {}", heading(statement)))?;
        }
        let end = format!("DROP TABLE {STAGE}.undo; DROP SCHEMA {STAGE}; COMMIT");
        run(session, &end).await
    }

    /// Leaves the target as it was before.
    pub(super) async fn clear(mut self) -> Result<(), String> {
        // Whatever it holds but the lock; if it is gone, it holds nothing.
        let _gone = run(&mut self.session, "ROLLBACK").await;
        // This one's own session may be what failed; while it lives it holds the lock.
        let mut session = self.login.first().await?;
        clear(&mut session).await
    }
}

async fn lock(session: &mut PgConnection) -> Result<(), Hindrance> {
    for _ in 0..TRIES {
        let asked = sqlx::query_scalar("SELECT pg_catalog.pg_try_advisory_lock($1)").bind(LOCK);
        let taken = asked.fetch_one(&mut *session).await;
        if taken.map_err(|error| words(&error))? {
            return Ok(());
        }
        tokio::time::sleep(PAUSE).await;
    }
    Err(Hindrance::Busy)
}

/// Undoes what a restore left, after ending what is left of its sessions. To be called with the lock held.
async fn clear(session: &mut PgConnection) -> Result<(), String> {
    const SESSIONS: &str = "SELECT count(pg_catalog.pg_terminate_backend(pid)) FROM pg_catalog.pg_stat_activity
        WHERE datname = pg_catalog.current_database() AND usename = current_user AND application_name = $1";
    loop {
        let asked = sqlx::query_scalar(SESSIONS).bind(WORKER);
        let ended: i64 = asked
            .fetch_one(&mut *session)
            .await
            .map_err(|error| words(&error))?;
        if ended == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let asked = "SELECT pg_catalog.to_regnamespace($1) IS NOT NULL";
    let there: bool = sqlx::query_scalar(asked)
        .bind(STAGE)
        .fetch_one(&mut *session)
        .await
        .map_err(|error| words(&error))?;
    if !there {
        return Ok(());
    }
    let steps = format!("SELECT statement FROM {STAGE}.undo ORDER BY step DESC");
    let steps: Vec<String> = sqlx::query_scalar(AssertSqlSafe(steps))
        .fetch_all(&mut *session)
        .await
        .map_err(|error| words(&error))?;
    for step in steps {
        run(session, "BEGIN").await?;
        let undone = run(session, &step).await;
        run(session, if undone.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
        // A schema or an extension that somebody else uses by now is theirs; what is the stage's own must go.
        if step.ends_with("CASCADE") {
            undone?;
        }
    }
    run(session, &format!("DROP SCHEMA {STAGE} CASCADE")).await
}

/// What the target holds in these schemas, some of it named.
async fn occupied(session: &mut PgConnection, schemas: &[String]) -> Result<Vec<String>, String> {
    const HELD: &str = "SELECT held FROM (
            SELECT pg_catalog.format('%s %I.%I', CASE c.relkind WHEN 'S' THEN 'sequence' WHEN 'v' THEN 'view' WHEN 'm' THEN 'materialized view'
                ELSE 'table' END, n.nspname, c.relname) AS held, c.relkind NOT IN ('r', 'p') AS after
            FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ANY ($1) AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'S')
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.deptype IN ('e', 'i'))
            UNION ALL
            SELECT pg_catalog.format('type %I.%I', n.nspname, t.typname), true
            FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace
            WHERE n.nspname = ANY ($1) AND t.typtype IN ('e', 'd')
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d WHERE d.objid = t.oid AND d.classid = 'pg_type'::regclass AND d.deptype = 'e')
        ) AS held ORDER BY after, held";
    let held = sqlx::query_scalar(HELD).bind(schemas);
    let mut held: Vec<String> = held
        .fetch_all(session)
        .await
        .map_err(|error| words(&error))?;
    let more = held.len().saturating_sub(NAMED);
    held.truncate(NAMED);
    if more > 0 {
        held.push(format!("{more} more"));
    }
    Ok(held)
}

async fn is_there(
    session: &mut PgConnection,
    is_extension: bool,
    name: &str,
) -> Result<bool, String> {
    let asked = if is_extension {
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = $1)"
    } else {
        "SELECT EXISTS (SELECT FROM pg_catalog.pg_namespace WHERE nspname = $1)"
    };
    let asked = sqlx::query_scalar(asked).bind(name).fetch_one(session);
    asked.await.map_err(|error| words(&error))
}

async fn undo_with(session: &mut PgConnection, statement: &str) -> Result<(), String> {
    let write = format!("INSERT INTO {STAGE}.undo (statement) VALUES ($1)");
    let write = sqlx::query(AssertSqlSafe(write)).bind(statement);
    let written = write.execute(session).await;
    written.map(drop).map_err(|error| words(&error))
}

/// What moves everything from one schema to another. Sequences that belong to a column go with it.
async fn moves(session: &mut PgConnection, from: &str, to: &str) -> Result<Vec<String>, String> {
    const MOVES: &str = "SELECT statement FROM (
            SELECT CASE c.relkind WHEN 'S' THEN 1 ELSE 0 END AS step, c.oid AS number,
                pg_catalog.format('ALTER %s %I.%I SET SCHEMA %I', CASE c.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, $1, c.relname, $2) AS statement
            FROM pg_catalog.pg_class c WHERE c.relnamespace = pg_catalog.to_regnamespace($1) AND c.relkind IN ('r', 'S')
                AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
                    WHERE d.objid = c.oid AND d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i'))
            UNION ALL
            SELECT 2, t.oid, pg_catalog.format('ALTER TYPE %I.%I SET SCHEMA %I', $1, t.typname, $2)
            FROM pg_catalog.pg_type t WHERE t.typnamespace = pg_catalog.to_regnamespace($1) AND t.typtype IN ('e', 'd')
        ) AS moves ORDER BY step, number";
    let asked = sqlx::query_scalar(MOVES).bind(from).bind(to);
    asked
        .fetch_all(session)
        .await
        .map_err(|error| words(&error))
}

/// The beginning of a statement, by which people find it.
pub(super) fn heading(statement: &str) -> String {
    let line = statement.lines().next().unwrap_or_default();
    let short: String = line.chars().take(120).collect();
    if short.len() < statement.len() {
        format!("`{short} …`")
    } else {
        format!("`{short}`")
    }
}
