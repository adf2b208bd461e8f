//! The statements that make a system's tables, written from their definitions.
//!
//! Tables are made bare, filled, and only then given keys and indexes: building an index over sorted rows in one go is
//! several times cheaper than keeping it up row by row.

use std::fmt::Write as _;

use crate::definition::{Index, System, TableDefinition};
use crate::field::Kind;

/// Which database the statements are for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// PostgreSQL.
    Postgres,
    /// SQLite.
    Sqlite,
}

/// All statements of a system in the order they are run: tables, then (after the data) keys and indexes.
#[must_use]
pub fn listing(system: &System, dialect: Dialect) -> Vec<String> {
    let tables = system
        .tables
        .iter()
        .map(|table| create_table(table, dialect));
    let indexes = system
        .tables
        .iter()
        .flat_map(create_indexes)
        .map(|index| index.sql);
    tables.chain(indexes).collect()
}

/// Makes the bare table.
#[must_use]
pub fn create_table(table: &TableDefinition, dialect: Dialect) -> String {
    let columns: Vec<String> = table
        .columns
        .iter()
        .map(|column| {
            let required = if column.nullable { "" } else { " NOT NULL" };
            format!(
                "{} {}{required}",
                quoted(column.name),
                stored_type(column.kind, dialect)
            )
        })
        .collect();
    format!(
        "CREATE TABLE {} ({})",
        quoted(table.name),
        columns.join(", ")
    )
}

/// A key or index of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IndexStatement {
    /// Name of the index that it makes.
    pub name: String,
    /// The statement.
    pub sql: String,
}

/// The primary key and the indexes of a filled table.
#[must_use]
pub fn create_indexes(table: &TableDefinition) -> Vec<IndexStatement> {
    let key = list(&table.key);
    let on = quoted(table.name);
    let name = format!("{}_pkey", table.name);
    // Over columns that are not null it promises what a primary key does. SQLite adds no key to a table that exists, and
    // in PostgreSQL adding one would keep the other indexes of the table from being built at the same time.
    let sql = format!("CREATE UNIQUE INDEX {} ON {on} ({key})", quoted(&name));
    let indexes = table.indexes.iter().map(|index| create_index(table, index));
    std::iter::once(IndexStatement { name, sql })
        .chain(indexes)
        .collect()
}

fn create_index(table: &TableDefinition, index: &Index) -> IndexStatement {
    let unique = if index.unique { "UNIQUE " } else { "" };
    let name = format!("{}_{}_index", table.name, index.columns.join("_"));
    let sql = format!(
        "CREATE {unique}INDEX {} ON {} ({})",
        quoted(&name),
        quoted(table.name),
        list(&index.columns)
    );
    IndexStatement { name, sql }
}

/// Text is ordered by its bytes in both databases, so that a prefix search can use the index.
fn stored_type(kind: Kind, dialect: Dialect) -> &'static str {
    match (kind, dialect) {
        (Kind::Text, Dialect::Postgres) => "text COLLATE \"C\"",
        (Kind::Integer, Dialect::Postgres) => "integer",
        (Kind::BigInteger, Dialect::Postgres) => "bigint",
        (Kind::Boolean, Dialect::Postgres) => "boolean",
        (Kind::Date, Dialect::Postgres) => "date",
        (Kind::Decimal, Dialect::Postgres) => "numeric",
        (Kind::Timestamp, Dialect::Postgres) => "timestamptz",
        // Days, instants and decimals are text in SQLite: it has no types for them, and a float would round.
        (Kind::Text | Kind::Date | Kind::Decimal | Kind::Timestamp, Dialect::Sqlite) => "TEXT",
        (Kind::Integer | Kind::BigInteger, Dialect::Sqlite) => "INTEGER",
        (Kind::Boolean, Dialect::Sqlite) => "BOOLEAN",
    }
}

fn list(columns: &[&str]) -> String {
    let mut text = String::new();
    for (at, column) in columns.iter().enumerate() {
        let comma = if at == 0 { "" } else { ", " };
        // Writing into a String does not fail.
        let _ = write!(text, "{comma}{}", quoted(column));
    }
    text
}

/// A name as both databases quote it; names such as `from` are words of SQL.
#[must_use]
pub fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
