//! Group commit: applications that arrive while others are being committed share the next commit.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    IntoActiveModel, QueryFilter, QuerySelect, Statement, TransactionTrait,
};
use tokio::sync::{mpsc, oneshot};
use trace::{Kind, Scope, Span};

use crate::application::{Application, NewApplication};
use crate::measures;
use crate::state::State;
use crate::tables::{application, attachment};

/// The most that a commit may take; the outcome of one that takes longer is unknown.
const DEADLINE: Duration = Duration::from_secs(3);

/// Applications that may wait for the writer; the next one waits for a place.
const WAITING: usize = 1_024;

/// Applications in one commit.
const BATCH: usize = 128;

/// Why an application was not filed. Nothing of it is stored, except where the outcome of a commit is unknown; filing
/// again with the same key finds that out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotFiled {
    /// The key belongs to another application of this person.
    #[error("the idempotency key belongs to another application")]
    KeyTaken,
    /// An attachment does not exist, is somebody else's, or belongs to another application.
    #[error("an attachment is not there for this application")]
    Attachment,
    /// The database does not answer.
    #[error("the journal cannot be written")]
    Unavailable,
}

pub(crate) type Outcome = Result<Application, NotFiled>;

/// The way to the writer.
#[derive(Clone, Debug)]
pub(crate) struct Writer(mpsc::Sender<Waiting>);

/// An application on its way, where to tell what became of it, and the trace that it belongs to.
struct Waiting {
    application: NewApplication,
    told: oneshot::Sender<Outcome>,
    scope: Scope,
}

impl Writer {
    /// Starts the writer, which ends when nobody can file any more. `filed` is called after every commit.
    pub(crate) fn spawn(
        db: DatabaseConnection,
        capability: Arc<str>,
        filed: impl Fn() + Send + 'static,
    ) -> Self {
        let (sender, mut receiver) = mpsc::channel::<Waiting>(WAITING);
        tokio::spawn(async move {
            let mut waiting = Vec::with_capacity(BATCH);
            while receiver.recv_many(&mut waiting, BATCH).await > 0 {
                let (mut applications, mut told) = (Vec::new(), Vec::new());
                // The commit is seen in the trace of the first of them that is sampled.
                let mut seen = Scope::default();
                for one in waiting.drain(..) {
                    applications.push(one.application);
                    told.push(one.told);
                    if !seen.is_sampled() {
                        seen = one.scope;
                    }
                }
                let began = Instant::now();
                let outcomes = seen.run(commit_in_time(&db, &applications)).await;
                metrics::histogram!("lifeboat_journal_commit_seconds", "capability" => capability.to_string())
                    .record(began.elapsed().as_secs_f64());
                filed();
                measures::filed(&capability, new(&applications, &outcomes));
                for (told, outcome) in told.into_iter().zip(outcomes) {
                    // Who has stopped waiting asks again with the same key.
                    let _ = told.send(outcome);
                }
            }
        });
        Self(sender)
    }

    pub(crate) async fn file(&self, application: NewApplication) -> Outcome {
        let (told, outcome) = oneshot::channel();
        let mut span = Span::child(Kind::Internal, "commit application");
        let waiting = Waiting {
            application,
            told,
            scope: span.enter(Scope::current),
        };
        let filed = async {
            self.0
                .send(waiting)
                .await
                .map_err(|_| NotFiled::Unavailable)?;
            outcome.await.map_err(|_| NotFiled::Unavailable)?
        };
        let filed = filed.await;
        if let Err(why) = &filed {
            span.fail(match why {
                NotFiled::KeyTaken => "key-taken",
                NotFiled::Attachment => "attachment",
                NotFiled::Unavailable => "unavailable",
            });
        }
        filed
    }
}

/// How many of a batch were not filed before.
fn new(batch: &[NewApplication], outcomes: &[Outcome]) -> u64 {
    let pairs = batch.iter().zip(outcomes);
    let new = |(new, outcome): &(&NewApplication, &Outcome)| {
        outcome.as_ref().is_ok_and(|filed| filed.id == new.id)
    };
    pairs.filter(new).count() as u64
}

async fn commit_in_time(db: &DatabaseConnection, batch: &[NewApplication]) -> Vec<Outcome> {
    // Without the driver's words, which may quote personal data.
    let why = match tokio::time::timeout(DEADLINE, commit(db, batch)).await {
        Ok(Ok(outcomes)) => return outcomes,
        Ok(Err(_)) => "the journal failed",
        Err(_) => "not in time",
    };
    tracing::error!(why, "applications were not filed");
    measures::failures(1);
    vec![Err(NotFiled::Unavailable); batch.len()]
}

async fn commit(db: &DatabaseConnection, batch: &[NewApplication]) -> Result<Vec<Outcome>, DbErr> {
    let work = db.begin().await?;
    let mut position = hold(&work).await?;
    let mut known = known(&work, batch).await?;
    let mut outcomes = Vec::with_capacity(batch.len());
    let mut rows = Vec::new();
    let mut claims = Vec::new();
    for new in batch {
        if let Some(row) = known.get(&new.key.of_person(&new.person_id)) {
            outcomes.push(filed_again(row.clone(), &new.fingerprint));
            continue;
        }
        if !free(&work, new, &claims).await? {
            outcomes.push(Err(NotFiled::Attachment));
            continue;
        }
        position += 1;
        let row = row(new, position);
        known.insert(row.idempotency_key.clone(), row.clone());
        claims.extend(new.attachments.iter().map(|id| (*id, new.id)));
        outcomes.push(Ok(row.clone().into()));
        rows.push(row.into_active_model());
    }
    if !rows.is_empty() {
        application::Entity::insert_many(rows)
            .exec_without_returning(&work)
            .await?;
        for (attachment, application) in claims {
            claim(&work, attachment, application).await?;
        }
        advance(&work, position).await?;
    }
    work.commit().await?;
    Ok(outcomes)
}

/// The last position given out. Whoever else writes waits from here to the end of the transaction, so that positions
/// become visible in their order.
pub(crate) async fn hold(work: &DatabaseTransaction) -> Result<i64, DbErr> {
    let sql = "UPDATE head SET position = position WHERE one = 1 RETURNING position";
    let statement = Statement::from_string(work.get_database_backend(), sql);
    let row = work.query_one_raw(statement).await?;
    row.ok_or_else(|| DbErr::RecordNotFound("the journal has no head".to_owned()))?
        .try_get("", "position")
}

/// Gives out positions up to `position`.
pub(crate) async fn advance(work: &DatabaseTransaction, position: i64) -> Result<(), DbErr> {
    let sql = match work.get_database_backend() {
        sea_orm::DbBackend::Postgres => "UPDATE head SET position = $1 WHERE one = 1",
        _ => "UPDATE head SET position = ?1 WHERE one = 1",
    };
    let values = [position.into()];
    let statement = Statement::from_sql_and_values(work.get_database_backend(), sql, values);
    work.execute_raw(statement).await.map(|_| ())
}

/// Applications that already have one of these keys.
async fn known(
    work: &DatabaseTransaction,
    batch: &[NewApplication],
) -> Result<HashMap<String, application::Model>, DbErr> {
    let keys = batch.iter().map(|new| new.key.of_person(&new.person_id));
    let rows = application::Entity::find()
        .filter(application::Column::IdempotencyKey.is_in(keys))
        .all(work)
        .await?;
    Ok(rows
        .into_iter()
        .map(|row| (row.idempotency_key.clone(), row))
        .collect())
}

/// What the person is told who files again with the key of this application: the same if it is the same form.
pub(crate) fn filed_again(row: application::Model, fingerprint: &[u8; 32]) -> Outcome {
    if row.fingerprint == fingerprint {
        Ok(row.into())
    } else {
        Err(NotFiled::KeyTaken)
    }
}

/// Whether the attachments are there for this application.
async fn free(
    work: &DatabaseTransaction,
    new: &NewApplication,
    claims: &[(uuid::Uuid, uuid::Uuid)],
) -> Result<bool, DbErr> {
    if new.attachments.is_empty() {
        return Ok(true);
    }
    if new
        .attachments
        .iter()
        .any(|id| claims.iter().any(|(claimed, _)| claimed == id))
    {
        return Ok(false);
    }
    // Locked, so that none of them is forgotten for its age before this application has it.
    let found: Vec<uuid::Uuid> = attachment::Entity::find()
        .filter(attachment::Column::Id.is_in(new.attachments.iter().copied()))
        .filter(attachment::Column::PersonId.eq(new.person_id.as_str()))
        .filter(attachment::Column::ApplicationId.is_null())
        .select_only()
        .column(attachment::Column::Id)
        .lock_exclusive()
        .into_tuple()
        .all(work)
        .await?;
    Ok(found.len() == new.attachments.len())
}

async fn claim(
    work: &DatabaseTransaction,
    attachment: uuid::Uuid,
    application: uuid::Uuid,
) -> Result<(), DbErr> {
    attachment::Entity::update_many()
        .col_expr(attachment::Column::ApplicationId, Expr::value(application))
        .filter(attachment::Column::Id.eq(attachment))
        .exec(work)
        .await
        .map(|_| ())
}

fn row(new: &NewApplication, position: i64) -> application::Model {
    let filed_us = new.filed_at.timestamp_micros();
    application::Model {
        position,
        id: new.id,
        kind: new.kind.to_owned(),
        person_id: new.person_id.clone(),
        idempotency_key: new.key.of_person(&new.person_id),
        fingerprint: new.fingerprint.to_vec(),
        form: new.form.to_string(),
        finding: new.finding.to_string(),
        receipt: new.receipt.clone(),
        filed_us,
        snapshot_id: new.snapshot_id,
        state: State::Received,
        state_us: filed_us,
        reason: None,
    }
}
