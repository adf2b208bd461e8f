//! The sessions that copy rows and build keys, all at once.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use sea_orm::sqlx::PgConnection;
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::board::{Board, Next, Task};
use super::script::Table;
use super::session::run;
use super::stage::heading;
use crate::restore::assembly::Assembly;

/// What the sessions share.
#[derive(Debug)]
pub(super) struct Work {
    board: Mutex<Board>,
    /// Told when something was done.
    changed: watch::Sender<()>,
    tables: Vec<Table>,
    assembly: Arc<Assembly>,
}

impl Work {
    pub(super) fn new(board: Board, tables: Vec<Table>, assembly: Arc<Assembly>) -> Arc<Self> {
        Arc::new(Self {
            board: Mutex::new(board),
            changed: watch::Sender::new(()),
            tables,
            assembly,
        })
    }

    pub(super) const fn assembly(&self) -> &Arc<Assembly> {
        &self.assembly
    }

    /// Does all of it.
    pub(super) async fn run(
        self: Arc<Self>,
        sessions: Vec<PgConnection>,
    ) -> Result<Vec<PgConnection>, String> {
        let mut crew = JoinSet::new();
        for session in sessions {
            crew.spawn(Arc::clone(&self).one(session));
        }
        let mut sessions = Vec::new();
        while let Some(ended) = crew.join_next().await {
            sessions.push(ended.map_err(|error| error.to_string())??);
        }
        Ok(sessions)
    }

    fn board(&self) -> MutexGuard<'_, Board> {
        self.board.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn one(self: Arc<Self>, mut session: PgConnection) -> Result<PgConnection, String> {
        let mut growth = self.assembly.growth();
        let mut changed = self.changed.subscribe();
        loop {
            growth.mark_unchanged();
            changed.mark_unchanged();
            let next = self.board().next(|rows| rows.has_begun(&self.assembly));
            match next {
                Next::Task(task) => {
                    self.task(&mut session, &task).await?;
                    self.board().done(&task);
                    self.changed.send_replace(());
                }
                Next::Wait => {
                    tokio::select! {
                        _ = growth.changed() => {}
                        _ = changed.changed() => {}
                    }
                }
                Next::Over => return Ok(session),
            }
        }
    }

    async fn task(&self, session: &mut PgConnection, task: &Task) -> Result<(), String> {
        match task {
            Task::Rows(rows) => {
                let table = &self.tables[rows.table];
                let copied = rows.copy(session, table, &self.assembly).await;
                copied.map_err(|what| format!("{}: {what}", table.path))
            }
            Task::Build { number, helpers } => {
                let statement = self.board().build(*number).statement.clone();
                let help = format!("SET max_parallel_maintenance_workers = {helpers}");
                run(session, &help).await?;
                let built = run(session, &statement).await;
                built.map_err(|what| format!("{what}, at {}", heading(&statement)))
            }
        }
    }
}
