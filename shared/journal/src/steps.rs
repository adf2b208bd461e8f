//! What becomes of applications after they were received.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, DatabaseTransaction, DbErr, EntityTrait, IntoActiveModel, QueryFilter,
    QuerySelect, TransactionTrait,
};
use uuid::Uuid;

use crate::journal::{Journal, Unreachable};
use crate::state::State;
use crate::tables::{application, step};
use crate::write::{advance, hold};

/// What the agency decided on an application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    /// The application.
    pub application: Uuid,
    /// What it becomes.
    pub state: State,
    /// Why, in the agency's words.
    pub reason: Option<String>,
    /// When the agency decided.
    pub at: DateTime<Utc>,
}

/// What came of a list of decisions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Acknowledged {
    /// Decisions that were new.
    pub applied: usize,
    /// Decisions that the journal held already.
    pub repeated: usize,
}

/// Why a list of decisions was refused; nothing of it counts then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAcknowledged {
    /// There is no such application in this journal.
    #[error("decision {at}: there is no application {application}")]
    Unknown {
        /// Its place in the list, from 1.
        at: usize,
        /// The number given.
        application: Uuid,
    },
    /// The application is not in a state that can become this.
    #[error("decision {at}: application {application} is {from} and cannot become {to}")]
    Impossible {
        /// Its place in the list, from 1.
        at: usize,
        /// The application.
        application: Uuid,
        /// How far it has come.
        from: State,
        /// What was decided.
        to: State,
    },
    /// The database does not answer.
    #[error("the journal cannot be written")]
    Unavailable,
}

impl From<DbErr> for NotAcknowledged {
    fn from(error: DbErr) -> Self {
        let Unreachable = error.into();
        Self::Unavailable
    }
}

impl Journal {
    /// Takes over what the agency decided: all of it, or nothing. A decision that the journal holds already is passed
    /// over, so that the same list can be given again.
    ///
    /// # Errors
    /// See [`NotAcknowledged`].
    pub async fn acknowledge(
        &self,
        decisions: &[Decision],
    ) -> Result<Acknowledged, NotAcknowledged> {
        let work = self.db.begin().await?;
        let mut position = hold(&work).await?;
        let mut done = Acknowledged::default();
        for (at, decision) in decisions.iter().enumerate() {
            let at = at + 1;
            let found = application::Entity::find()
                .filter(application::Column::Id.eq(decision.application))
                .one(&work)
                .await?;
            let Some(row) = found else {
                let application = decision.application;
                return Err(NotAcknowledged::Unknown { at, application });
            };
            if is_known(&work, decision).await? {
                done.repeated += 1;
                continue;
            }
            if !row.state.may_become(decision.state) {
                return Err(NotAcknowledged::Impossible {
                    at,
                    application: row.id,
                    from: row.state,
                    to: decision.state,
                });
            }
            position += 1;
            take(&work, position, decision).await?;
            done.applied += 1;
        }
        advance(&work, position).await?;
        work.commit().await?;
        Ok(done)
    }

    /// Marks those of these applications as forwarded that were only received until now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn forwarded(
        &self,
        applications: &[Uuid],
        at: DateTime<Utc>,
    ) -> Result<usize, Unreachable> {
        let work = self.db.begin().await?;
        let mut position = hold(&work).await?;
        let waiting: HashSet<Uuid> = application::Entity::find()
            .filter(application::Column::Id.is_in(applications.iter().copied()))
            .filter(application::Column::State.eq(State::Received))
            .select_only()
            .column(application::Column::Id)
            .into_tuple()
            .all(&work)
            .await?
            .into_iter()
            .collect();
        let mut steps = Vec::with_capacity(waiting.len());
        for application_id in applications.iter().filter(|id| waiting.contains(id)) {
            position += 1;
            steps.push(step::Model {
                position,
                application_id: *application_id,
                state: State::Forwarded,
                at_us: at.timestamp_micros(),
                reason: None,
            });
        }
        // Who files waits for this: two statements, however many there are.
        if let Some(first) = steps.first().cloned() {
            stand(&work, &first, &waiting).await?;
            step::Entity::insert_many(steps.into_iter().map(IntoActiveModel::into_active_model))
                .exec_without_returning(&work)
                .await?;
            advance(&work, position).await?;
        }
        work.commit().await?;
        Ok(waiting.len())
    }
}

async fn is_known(work: &DatabaseTransaction, decision: &Decision) -> Result<bool, DbErr> {
    let same = step::Entity::find()
        .filter(step::Column::ApplicationId.eq(decision.application))
        .filter(step::Column::State.eq(decision.state))
        .filter(step::Column::AtUs.eq(decision.at.timestamp_micros()))
        .one(work)
        .await?;
    Ok(same.is_some_and(|row| row.reason == decision.reason))
}

/// Writes the step, and where the application stands now.
async fn take(work: &DatabaseTransaction, position: i64, decision: &Decision) -> Result<(), DbErr> {
    let at_us = decision.at.timestamp_micros();
    let row = step::Model {
        position,
        application_id: decision.application,
        state: decision.state,
        at_us,
        reason: decision.reason.clone(),
    };
    stand(work, &row, [&row.application_id]).await?;
    step::Entity::insert(row.into_active_model())
        .exec_without_returning(work)
        .await
        .map(|_| ())
}

/// Has these applications stand where their newest step says.
pub(crate) async fn stand(
    work: &DatabaseTransaction,
    step: &step::Model,
    applications: impl IntoIterator<Item = &Uuid>,
) -> Result<(), DbErr> {
    application::Entity::update_many()
        .col_expr(application::Column::State, Expr::value(step.state))
        .col_expr(application::Column::StateUs, Expr::value(step.at_us))
        .col_expr(
            application::Column::Reason,
            Expr::value(step.reason.clone()),
        )
        .filter(application::Column::Id.is_in(applications.into_iter().copied()))
        .exec(work)
        .await
        .map(|_| ())
}
