//! The writer to PostgreSQL: one connection, one round trip for each commit.

use std::sync::Arc;
use std::time::Duration;

use runtime::clock::SharedClock;
use sea_orm::DbBackend;
use sea_orm::sqlx::postgres::{PgConnectOptions, PgConnection};
use sea_orm::sqlx::{self, Connection, Row as _};
use tokio::time::{Instant, timeout};

use crate::append::{Batch, Next, Requests, Unwritten};
use crate::chain::{Checkpoint, Hash, Link, START};
use crate::entry::Entry;
use crate::measures::Measures;

/// A commit that takes longer counts as failed; below what callers wait for, so that they hear of it.
const DEADLINE: Duration = Duration::from_millis(1_500);

/// A connection that rested longer is tried before entries are entrusted to it.
const RESTED: Duration = Duration::from_secs(5);

/// Times that a number taken by another process of the same name is replaced by the next.
const ATTEMPTS: usize = 4;

const INSERT: &str = "
INSERT INTO entry (writer, recorded_us, seq, previous, hash, id, at_us, request_id, subject, caller_kind, caller,
    agency, post, purpose, case_number, service, action, fields, status, address)
SELECT $1, $2, * FROM UNNEST($3::bigint[], $4::bytea[], $5::bytea[], $6::uuid[], $7::bigint[], $8::uuid[],
    $9::text[], $10::text[], $11::text[], $12::text[], $13::text[], $14::text[], $15::text[], $16::text[],
    $17::text[], $18::text[], $19::integer[], $20::text[])";

/// A connection and the end of the chain as it was when this connection last wrote.
struct Session {
    connection: PgConnection,
    head: Checkpoint,
    used: Instant,
}

struct Writer {
    server: PgConnectOptions,
    name: String,
    clock: SharedClock,
    session: Option<Session>,
}

pub(crate) fn spawn(
    server: PgConnectOptions,
    name: String,
    clock: SharedClock,
    mut requests: Requests,
) {
    let mut writer = Writer {
        server: server.application_name("lifeboat-audit"),
        name,
        clock,
        session: None,
    };
    tokio::spawn(async move {
        loop {
            match requests.next().await {
                Next::Batch(batch) => writer.commit(batch, &requests.measures).await,
                Next::Idle => {
                    let answers = timeout(DEADLINE, writer.look()).await;
                    requests.measures.answered(matches!(answers, Ok(Ok(()))));
                }
                Next::End => return,
            }
        }
    });
}

impl Writer {
    /// Writes a batch and tells everybody who waits for it.
    async fn commit(&mut self, batch: Batch, measures: &Measures) {
        let began = Instant::now();
        let written = batch.scope.clone().run(self.write(&batch.entries));
        let result = match timeout(DEADLINE, written).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                // Without the values: they are personal data.
                let kind = error
                    .as_database_error()
                    .map(sqlx::error::DatabaseError::code);
                tracing::error!(?kind, "the audit log was not written");
                Err(Unwritten)
            }
            Err(_) => {
                tracing::error!("the audit log was not written in time");
                Err(Unwritten)
            }
        };
        if result.is_err() {
            // What became of the commit is unknown, so the chain's end is too: read it again before the next.
            self.session = None;
        }
        measures.committed(result.is_ok(), began.elapsed());
        batch.tell(result);
    }

    /// Finds out whether the store is there.
    async fn look(&mut self) -> Result<(), sqlx::Error> {
        // Taken out, so that a broken session is not used again.
        let mut session = match self.session.take() {
            Some(session) => self.tried(session).await?,
            None => self.connect().await?,
        };
        session.used = Instant::now();
        self.session = Some(session);
        Ok(())
    }

    async fn write(&mut self, entries: &[Arc<Entry>]) -> Result<(), sqlx::Error> {
        if entries.is_empty() {
            return Ok(());
        }
        let mut attempt = 1;
        loop {
            // Taken out, so that a dropped attempt leaves no session behind.
            let mut session = match self.session.take() {
                Some(session) => self.tried(session).await?,
                None => self.connect().await?,
            };
            let links = self.links(&session.head, entries);
            let mut span = database::statement(DbBackend::Postgres, INSERT);
            span.set("db.operation.batch.size", || links.len());
            let inserted = insert(&mut session.connection, &self.name, &links).await;
            if inserted.is_err() {
                span.fail("failed");
            }
            drop(span);
            match inserted {
                Ok(()) => {
                    if let Some(last) = links.last() {
                        session.head = last.checkpoint();
                    }
                    session.used = Instant::now();
                    self.session = Some(session);
                    return Ok(());
                }
                Err(error) if attempt < ATTEMPTS && is_taken(&error) => attempt += 1,
                Err(error) => return Err(error),
            }
        }
    }

    fn links(&self, head: &Checkpoint, entries: &[Arc<Entry>]) -> Vec<Link> {
        let now = self.clock.now();
        let mut links: Vec<Link> = Vec::with_capacity(entries.len());
        for entry in entries {
            let end = links.last().map_or_else(|| head.clone(), Link::checkpoint);
            links.push(Link::new(&end, now, Arc::clone(entry)));
        }
        links
    }

    async fn connect(&self) -> Result<Session, sqlx::Error> {
        let mut connection = PgConnection::connect_with(&self.server).await?;
        let head = head(&mut connection, &self.name).await?;
        Ok(Session {
            connection,
            head,
            used: Instant::now(),
        })
    }

    async fn tried(&self, mut session: Session) -> Result<Session, sqlx::Error> {
        if session.used.elapsed() > RESTED && session.connection.ping().await.is_err() {
            return self.connect().await;
        }
        Ok(session)
    }
}

async fn head(connection: &mut PgConnection, writer: &str) -> Result<Checkpoint, sqlx::Error> {
    let sql = "SELECT seq, hash FROM entry WHERE writer = $1 ORDER BY seq DESC LIMIT 1";
    let row = sqlx::query(sql)
        .bind(writer)
        .fetch_optional(connection)
        .await?;
    let (seq, hash) = match row {
        Some(row) => (
            row.try_get::<i64, _>("seq")?,
            row.try_get::<Vec<u8>, _>("hash")?,
        ),
        None => (0, START.to_vec()),
    };
    let damaged = |_| sqlx::Error::Protocol("the end of the chain is damaged".to_owned());
    Ok(Checkpoint {
        writer: writer.to_owned(),
        seq: u64::try_from(seq).unwrap_or_default(),
        hash: Hash::try_from(hash).map_err(damaged)?,
    })
}

/// The number belongs to an entry of another process of the same name: certainly not written.
fn is_taken(error: &sqlx::Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

async fn insert(
    connection: &mut PgConnection,
    writer: &str,
    links: &[Link],
) -> Result<(), sqlx::Error> {
    let column = |value: fn(&Link) -> &str| links.iter().map(value).collect::<Vec<_>>();
    let optional = |value: fn(&Link) -> Option<&str>| links.iter().map(value).collect::<Vec<_>>();
    let number = |value: fn(&Link) -> i64| links.iter().map(value).collect::<Vec<_>>();
    let recorded = links
        .first()
        .map_or(0, |link| link.recorded_at.timestamp_micros());
    let fields = links
        .iter()
        .map(|link| fields(&link.entry))
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| sqlx::Error::Encode(Box::new(error)))?;
    let addresses: Vec<Option<String>> = links
        .iter()
        .map(|link| link.entry.address.map(|address| address.to_string()))
        .collect();
    sqlx::query(INSERT)
        .bind(writer)
        .bind(recorded)
        .bind(number(seq))
        .bind(
            links
                .iter()
                .map(|link| &link.previous[..])
                .collect::<Vec<_>>(),
        )
        .bind(links.iter().map(|link| &link.hash[..]).collect::<Vec<_>>())
        .bind(links.iter().map(|link| link.entry.id).collect::<Vec<_>>())
        .bind(number(|link| link.entry.at.timestamp_micros()))
        .bind(
            links
                .iter()
                .map(|link| link.entry.request_id)
                .collect::<Vec<_>>(),
        )
        .bind(column(|link| &link.entry.subject))
        .bind(column(|link| &link.entry.caller_kind))
        .bind(column(|link| &link.entry.caller))
        .bind(optional(|link| link.entry.agency.as_deref()))
        .bind(optional(|link| link.entry.post.as_deref()))
        .bind(optional(|link| link.entry.purpose.as_deref()))
        .bind(optional(|link| link.entry.case_number.as_deref()))
        .bind(column(|link| &link.entry.service))
        .bind(column(|link| &link.entry.action))
        .bind(fields)
        .bind(
            links
                .iter()
                .map(|link| i32::from(link.entry.status))
                .collect::<Vec<_>>(),
        )
        .bind(addresses)
        .execute(connection)
        .await
        .map(|_| ())
}

/// The number as the database counts; chains do not get that long.
pub(crate) fn seq(link: &Link) -> i64 {
    i64::try_from(link.seq).unwrap_or(i64::MAX)
}

/// The names of the fields as they are stored.
pub(crate) fn fields(entry: &Entry) -> serde_json::Result<String> {
    serde_json::to_string(&entry.fields)
}
