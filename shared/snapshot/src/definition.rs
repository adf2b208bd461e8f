//! What a system is made of: its tables, their columns, keys and indexes, and the questions that prove it answers.

use std::fmt;
use std::pin::Pin;

use sea_orm::{DatabaseConnection, EntityTrait, FromQueryResult, ModelTrait};

use crate::field::{Field, Kind, Parse};

/// A future that may be sent between threads.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A question to a loaded database; the error says what is wrong without telling a record.
pub type Ask = for<'a> fn(&'a DatabaseConnection) -> BoxFuture<'a, Result<(), String>>;

/// A sea-orm `Model` that is a table of a snapshot. Derive it: `#[derive(snapshot::Table)]`.
pub trait Table {
    /// The table as the DDL, the package check and the loader see it.
    fn definition() -> TableDefinition;

    /// The row as a package writes it, in the order of the columns; a missing value is the empty text.
    fn cells(&self) -> Vec<String>;
}

/// One table.
#[derive(Clone)]
pub struct TableDefinition {
    /// Name in the database and of the resource in the package.
    pub name: &'static str,
    /// Columns in the order of the entity.
    pub columns: Vec<Column>,
    /// Names of the primary key's columns; rows of a package are sorted by them.
    pub key: Vec<&'static str>,
    /// Indexes besides the primary key, built after the data is in.
    pub indexes: Vec<Index>,
    /// Whether a package without a resource for this table means that it has no rows. Otherwise it is a fault: an export that
    /// forgot a table must not look like an agency without data.
    pub may_be_absent: bool,
    /// Reads the first row through the entity that the service uses.
    pub decode_first: Ask,
}

impl fmt::Debug for TableDefinition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TableDefinition")
            .field("name", &self.name)
            .field("columns", &self.columns)
            .field("key", &self.key)
            .field("indexes", &self.indexes)
            .field("may_be_absent", &self.may_be_absent)
            .finish_non_exhaustive()
    }
}

impl TableDefinition {
    /// Place of a column, from 0.
    #[must_use]
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == column)
    }
}

/// One column.
#[derive(Clone)]
pub struct Column {
    /// Name in the database and of the field in the package.
    pub name: &'static str,
    /// What the database stores.
    pub kind: Kind,
    /// Whether a value may be missing.
    pub nullable: bool,
    /// The doc comment of the entity's field.
    pub doc: &'static str,
    /// Checks and converts one cell.
    pub parse: Parse,
}

impl Column {
    /// The column of a field of type `T`.
    #[must_use]
    pub fn of<T: Field>(name: &'static str, doc: &'static str) -> Self {
        Self {
            name,
            kind: T::KIND,
            nullable: T::NULLABLE,
            doc,
            parse: T::parse,
        }
    }
}

impl fmt::Debug for Column {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} {:?}{}",
            self.name,
            self.kind,
            if self.nullable { "" } else { " not null" }
        )
    }
}

/// An index over one or more columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Index {
    /// Columns, the most significant first.
    pub columns: Vec<&'static str>,
    /// Whether two rows may not share the values.
    pub unique: bool,
}

/// One of the 18 systems, as this program knows it.
#[derive(Debug, Clone)]
pub struct System {
    /// Name in kebab case, e.g. `land-registry`.
    pub name: &'static str,
    /// Version of the tables that the agency and the program agreed on.
    pub schema_version: u32,
    /// Its tables.
    pub tables: Vec<TableDefinition>,
    /// Questions asked of a loaded snapshot before it is switched to, besides reading one row of every table.
    pub probes: Vec<Probe>,
}

impl System {
    /// The table of that name.
    #[must_use]
    pub fn table(&self, name: &str) -> Option<&TableDefinition> {
        self.tables.iter().find(|table| table.name == name)
    }
}

/// A question that a loaded snapshot must be able to answer before it is switched to.
#[derive(Clone, Copy)]
pub struct Probe {
    /// What is asked, in words.
    pub name: &'static str,
    /// Asks it.
    pub run: Ask,
}

impl fmt::Debug for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Probe").field(&self.name).finish()
    }
}

/// Reads the first row of an entity; a table may be empty.
///
/// # Errors
/// What the database or the decoding of a column said, without the value.
pub async fn decode_first<M>(database: &DatabaseConnection) -> Result<(), String>
where
    M: ModelTrait + FromQueryResult,
{
    match M::Entity::find().one(database).await {
        Ok(_) => Ok(()),
        Err(error) => Err(error.to_string()),
    }
}
