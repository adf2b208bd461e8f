//! The tables of the snapshot in service, to be read.

mod replica;

use database::Lanes;
use sea_orm::sqlx::{Postgres, Sqlite};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

use crate::failure::is_unreachable;
pub(crate) use replica::Replica;

/// Asks the databases that hold the snapshot, on connections of each thread's own. It only reads: a snapshot never changes, so
/// that any of them that has it gives the same answer.
#[derive(Debug)]
pub struct Tables {
    server: Server,
    replica: Option<Replica>,
}

/// Where the snapshot was loaded.
#[derive(Debug)]
pub(crate) enum Server {
    /// On a server.
    Postgres(Box<Lanes<Postgres>>),
    /// In a file.
    Sqlite(Box<Lanes<Sqlite>>),
}

impl Tables {
    pub(crate) fn new(server: Server, replica: Option<Replica>) -> Self {
        Self { server, replica }
    }

    /// Says whether the replica has the snapshot and answers, as was seen just now.
    pub(crate) fn replica_has_it(&self, has_it: bool) {
        if let Some(replica) = &self.replica {
            replica.set_in_use(has_it);
        }
    }

    /// The rows: from the replica, where it is in use; from the primary where that fails, within the same request; and where the
    /// primary is the one that is away, from the replica after all.
    async fn query(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        let Some(replica) = &self.replica else {
            return self.server.query(statement).await;
        };
        let was_in_use = replica.is_in_use();
        if was_in_use && let Some(rows) = replica.query(statement).await {
            return Ok(rows);
        }
        match self.server.query(statement).await {
            Err(error) if !was_in_use && is_unreachable(&error) => {
                replica.query(statement).await.ok_or(error)
            }
            answer => {
                metrics::counter!("lifeboat_lookup_reads_total", "database" => "primary")
                    .increment(1);
                answer
            }
        }
    }
}

impl Server {
    async fn query(&self, statement: &Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Postgres(lanes) => lanes.query(statement).await,
            Self::Sqlite(file) => file.query(statement).await,
        }
    }
}

#[async_trait::async_trait]
impl ConnectionTrait for Tables {
    fn get_database_backend(&self) -> DbBackend {
        match &self.server {
            Server::Postgres(lanes) => lanes.get_database_backend(),
            Server::Sqlite(file) => file.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match &self.server {
            Server::Postgres(lanes) => lanes.execute_raw(statement).await,
            Server::Sqlite(file) => file.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match &self.server {
            Server::Postgres(lanes) => lanes.execute_unprepared(sql).await,
            Server::Sqlite(file) => file.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        Ok(self.query(&statement).await?.into_iter().next())
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        self.query(&statement).await
    }
}
