//! The tables of the snapshot in service, to be read.

use database::Lanes;
use sea_orm::sqlx::{Postgres, Sqlite};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, ExecResult, QueryResult, Statement};

/// Asks the database that holds the snapshot, on connections of each thread's own. It only reads: a snapshot never changes.
#[derive(Debug)]
pub enum Tables {
    /// On a server.
    Postgres(Box<Lanes<Postgres>>),
    /// In a file.
    Sqlite(Box<Lanes<Sqlite>>),
}

#[async_trait::async_trait]
impl ConnectionTrait for Tables {
    fn get_database_backend(&self) -> DbBackend {
        match self {
            Self::Postgres(lanes) => lanes.get_database_backend(),
            Self::Sqlite(file) => file.get_database_backend(),
        }
    }

    async fn execute_raw(&self, statement: Statement) -> Result<ExecResult, DbErr> {
        match self {
            Self::Postgres(lanes) => lanes.execute_raw(statement).await,
            Self::Sqlite(file) => file.execute_raw(statement).await,
        }
    }

    async fn execute_unprepared(&self, sql: &str) -> Result<ExecResult, DbErr> {
        match self {
            Self::Postgres(lanes) => lanes.execute_unprepared(sql).await,
            Self::Sqlite(file) => file.execute_unprepared(sql).await,
        }
    }

    async fn query_one_raw(&self, statement: Statement) -> Result<Option<QueryResult>, DbErr> {
        match self {
            Self::Postgres(lanes) => lanes.query_one_raw(statement).await,
            Self::Sqlite(file) => file.query_one_raw(statement).await,
        }
    }

    async fn query_all_raw(&self, statement: Statement) -> Result<Vec<QueryResult>, DbErr> {
        match self {
            Self::Postgres(lanes) => lanes.query_all_raw(statement).await,
            Self::Sqlite(file) => file.query_all_raw(statement).await,
        }
    }
}
