//! From what goes wrong inside to what a caller is told.

use runtime::problem::{Kind, Problem};
use sea_orm::{DbErr, RuntimeErr};

/// "No such record", and the same words for a record one may not know of.
#[must_use]
pub fn no_such_record() -> Problem {
    Problem::new(Kind::NotFound)
}

/// Turns a database's failure into a problem; the cause goes to the log without statement or values.
pub trait OrProblem<T> {
    /// The value, or the problem that stands for the failure.
    ///
    /// # Errors
    /// 503 when the database cannot be reached, 500 otherwise.
    fn or_problem(self) -> Result<T, Problem>;
}

impl<T> OrProblem<T> for Result<T, DbErr> {
    fn or_problem(self) -> Result<T, Problem> {
        self.map_err(|error| {
            let (kind, cause) = classify(&error);
            tracing::error!(cause, "database failed");
            metrics::counter!("lifeboat_database_failures_total", "cause" => cause).increment(1);
            match kind {
                Kind::Unavailable => unreachable_database(),
                other => Problem::new(other),
            }
        })
    }
}

/// Shows, from the start, that no statement has failed.
pub(crate) fn register() {
    for cause in CAUSES {
        metrics::counter!("lifeboat_database_failures_total", "cause" => cause).increment(0);
    }
}

/// The database does not answer.
pub(crate) fn unreachable_database() -> Problem {
    Problem::new(Kind::Unavailable)
        .detail(
            "The records cannot be reached right now. Try again.",
            "目前無法存取資料，請稍後再試。",
        )
        .retry_after(2)
}

/// Whether the database was not reached, or is going: another one that has the same might answer.
pub(crate) fn is_unreachable(error: &DbErr) -> bool {
    classify(error).0 == Kind::Unavailable
}

/// All that [`classify`] says.
const CAUSES: [&str; 6] = [
    NO_CONNECTION,
    CONNECTION_LOST,
    SERVER_LEAVES,
    MISFIT,
    FAILED,
    REFUSED,
];
const NO_CONNECTION: &str = "no connection";
const CONNECTION_LOST: &str = "connection lost";
const SERVER_LEAVES: &str = "the server goes down or is full";
const MISFIT: &str = "a stored value does not fit";
const FAILED: &str = "statement failed";
const REFUSED: &str = "statement refused";

/// The class of a failure in words that hold no data: driver messages may quote values.
fn classify(error: &DbErr) -> (Kind, &'static str) {
    match error {
        DbErr::ConnectionAcquire(_) | DbErr::Conn(_) => (Kind::Unavailable, NO_CONNECTION),
        DbErr::Query(RuntimeErr::SqlxError(cause)) | DbErr::Exec(RuntimeErr::SqlxError(cause)) => {
            sqlx_cause(cause)
        }
        DbErr::Type(_) | DbErr::Json(_) | DbErr::TryIntoErr { .. } => (Kind::Internal, MISFIT),
        _ => (Kind::Internal, FAILED),
    }
}

fn sqlx_cause(cause: &sea_orm::SqlxError) -> (Kind, &'static str) {
    use sea_orm::SqlxError;
    match cause {
        SqlxError::Io(_)
        | SqlxError::PoolTimedOut
        | SqlxError::PoolClosed
        | SqlxError::WorkerCrashed => (Kind::Unavailable, CONNECTION_LOST),
        // Class 57: operator intervention (shutting down, starting up); class 08: connection exception.
        SqlxError::Database(refusal) => match refusal.code() {
            Some(code) if code.starts_with("57") || code.starts_with("08") || code == "53300" => {
                (Kind::Unavailable, SERVER_LEAVES)
            }
            _ => (Kind::Internal, REFUSED),
        },
        SqlxError::ColumnDecode { .. } | SqlxError::Decode(_) => (Kind::Internal, MISFIT),
        _ => (Kind::Internal, FAILED),
    }
}
