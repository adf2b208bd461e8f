//! A statement that is asked on nearly every request: its text is put together once.
//!
//! Building the text of a short read takes longer than the database driver needs to send it.

use std::sync::OnceLock;

use sea_orm::sea_query::{
    Expr, ExprTrait, PostgresQueryBuilder, Query, SelectStatement, SqliteQueryBuilder, Value,
};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, QueryResult, Statement};

/// A statement with places for arguments. Meant for a `static`.
#[derive(Debug)]
pub struct Question {
    write: fn(Dialect) -> SelectStatement,
    postgres: OnceLock<String>,
    sqlite: OnceLock<String>,
}

/// What a statement is written for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

impl Dialect {
    /// The place of an argument, the first of which is 1. It may stand in a statement more than once.
    #[must_use]
    pub fn argument(self, number: u8) -> Expr {
        Expr::cust(match self {
            Self::Postgres => format!("${number}"),
            Self::Sqlite => format!("?{number}"),
        })
    }

    /// Whether `one` is among `several`, by one look into an index for all of them.
    #[must_use]
    pub fn among<const N: usize>(self, one: Expr, several: [Expr; N]) -> Expr {
        match self {
            Self::Sqlite => one.is_in(several),
            // `IN` over columns is a comparison with each of them there, and a bitmap of as many looks.
            Self::Postgres => {
                let several = several.map(text_of).join(", ");
                Expr::cust(format!("{} = ANY(ARRAY[{several}])", text_of(one)))
            }
        }
    }
}

/// PostgreSQL's text of an expression. Expressions have no array of expressions, and take brackets in custom ones for quotes.
fn text_of(expression: Expr) -> String {
    const SELECT: &str = "SELECT ";
    let statement = Query::select()
        .expr(expression)
        .to_string(PostgresQueryBuilder);
    statement
        .strip_prefix(SELECT)
        .unwrap_or(&statement)
        .to_owned()
}

impl Question {
    /// The statement as `write` puts it together, where [`Dialect::argument`] stands for what changes. Any other value
    /// becomes part of the text.
    #[must_use]
    pub const fn new(write: fn(Dialect) -> SelectStatement) -> Self {
        Self {
            write,
            postgres: OnceLock::new(),
            sqlite: OnceLock::new(),
        }
    }

    /// Asks with these arguments, in the order of their numbers.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ask<const N: usize>(
        &self,
        db: &impl ConnectionTrait,
        arguments: [Value; N],
    ) -> Result<Vec<QueryResult>, DbErr> {
        let backend = db.get_database_backend();
        db.query_all_raw(Statement::from_sql_and_values(
            backend,
            self.text(backend),
            arguments,
        ))
        .await
    }

    fn text(&self, backend: DbBackend) -> &str {
        match backend {
            DbBackend::Postgres => self
                .postgres
                .get_or_init(|| (self.write)(Dialect::Postgres).to_string(PostgresQueryBuilder)),
            _ => self
                .sqlite
                .get_or_init(|| (self.write)(Dialect::Sqlite).to_string(SqliteQueryBuilder)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static OLDER: Question = Question::new(|dialect| {
        let age = || Expr::col("age");
        Query::select()
            .column("name")
            .from("person")
            .and_where(age().gt(dialect.argument(1)))
            .and_where(Expr::col("marked").eq(false))
            .and_where(dialect.among(Expr::col("id"), [Expr::col("father"), Expr::col("mother")]))
            .to_owned()
    });

    #[test]
    fn arguments_keep_their_places_and_other_values_are_text() {
        assert_eq!(
            OLDER.text(DbBackend::Postgres),
            r#"SELECT "name" FROM "person" WHERE "age" > ($1) AND "marked" = FALSE AND ("id" = ANY(ARRAY["father", "mother"]))"#
        );
        assert_eq!(
            OLDER.text(DbBackend::Sqlite),
            r#"SELECT "name" FROM "person" WHERE "age" > (?1) AND "marked" = FALSE AND "id" IN ("father", "mother")"#
        );
    }
}
