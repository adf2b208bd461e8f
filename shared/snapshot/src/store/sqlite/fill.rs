//! Writes rows into the file of a snapshot with prepared statements, one transaction a part.

use std::path::Path;
use std::sync::Arc;

use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, Statement, ToSql, params};
use tokio::sync::mpsc::Receiver;

use crate::ddl::{self, Dialect, quoted};
use crate::definition::TableDefinition;
use crate::encode::{RowsBatch, Value};
use crate::flow::{Event, PartDone, PartName};
use crate::plan::{Plan, TablePlan};
use crate::read::PartRead;
use crate::store::StoreError;

/// The parts that are in the file, beside the data: so a part and its entry are one transaction.
const PARTS: &str = "CREATE TABLE lifeboat_part (table_name TEXT NOT NULL, part INTEGER NOT NULL,
    rows INTEGER NOT NULL, bad_rows INTEGER NOT NULL, last_key BLOB NOT NULL, PRIMARY KEY (table_name, part))";

/// The file has one writer and no reader until the switch. The journal makes a killed part undone by the next open. Sorting
/// for an index takes as much memory as the cache for each of its three threads: about 100 MB at any size of table.
const WRITER: &str =
    "PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = FULL; PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA cache_size = -24576; PRAGMA threads = 2";

/// Opens the file of a snapshot for its only writer.
pub(crate) fn open(file: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(file).map_err(StoreError::unreachable)?;
    connection
        .execute_batch(WRITER)
        .map_err(StoreError::database)?;
    Ok(connection)
}

/// Makes the bare tables, unless they are there: a load may have been killed before it made them.
pub(crate) fn make_tables<'a>(
    file: &Connection,
    tables: impl Iterator<Item = &'a TableDefinition>,
) -> Result<(), StoreError> {
    if file
        .table_exists(None, "lifeboat_part")
        .map_err(StoreError::database)?
    {
        return Ok(());
    }
    let mut sql = vec!["BEGIN".to_owned(), PARTS.to_owned()];
    sql.extend(tables.map(|table| ddl::create_table(table, Dialect::Sqlite)));
    sql.push("COMMIT".to_owned());
    file.execute_batch(&sql.join(";"))
        .map_err(StoreError::database)
}

/// The parts that the file holds whole.
pub(crate) fn done(file: &Connection, plan: &Plan) -> Result<Vec<PartDone>, StoreError> {
    let mut done = Vec::new();
    let mut read = || -> rusqlite::Result<()> {
        let mut statement =
            file.prepare("SELECT table_name, part, rows, bad_rows, last_key FROM lifeboat_part")?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let name: String = row.get(0)?;
            if let Some(table) = plan
                .tables
                .iter()
                .position(|table| table.definition.name == name)
            {
                done.push(PartDone {
                    name: PartName {
                        table,
                        part: usize::try_from(row.get::<_, i64>(1)?).unwrap_or(usize::MAX),
                    },
                    read: PartRead {
                        rows: row.get::<_, i64>(2)?.cast_unsigned(),
                        bad_rows: row.get::<_, i64>(3)?.cast_unsigned(),
                    },
                    last_key: row.get(4)?,
                });
            }
        }
        Ok(())
    };
    read().map_err(StoreError::database)?;
    Ok(done)
}

/// Takes rows until they end. Blocks.
pub(crate) fn receive(
    file: &Connection,
    plan: &Arc<Plan>,
    mut events: Receiver<Event<RowsBatch>>,
) -> Result<(), StoreError> {
    while let Some(event) = events.blocking_recv() {
        // Rows outside of a part do not happen: the reader begins every part.
        let Event::Begin(name) = event else { continue };
        if !take_part(file, &plan.tables[name.table], &mut events).map_err(StoreError::database)? {
            break;
        }
    }
    Ok(())
}

/// `false`: the rows ended without the part's end, and nothing was kept.
fn take_part(
    file: &Connection,
    table: &TablePlan,
    events: &mut Receiver<Event<RowsBatch>>,
) -> rusqlite::Result<bool> {
    let transaction = file.unchecked_transaction()?;
    let width = table.definition.columns.len();
    let mut insert = file.prepare(&insert_statement(table))?;
    loop {
        match events.blocking_recv() {
            Some(Event::Rows(batch)) => put(&mut insert, &batch, width)?,
            Some(Event::End(done)) => {
                file.execute(
                    "INSERT INTO lifeboat_part VALUES (?1, ?2, ?3, ?4, ?5)",
                    params![
                        table.definition.name,
                        i64::try_from(done.name.part).unwrap_or(i64::MAX),
                        done.read.rows.cast_signed(),
                        done.read.bad_rows.cast_signed(),
                        done.last_key
                    ],
                )?;
                transaction.commit()?;
                return Ok(true);
            }
            Some(Event::Begin(_)) | None => {
                transaction.rollback()?;
                return Ok(false);
            }
        }
    }
}

fn insert_statement(table: &TablePlan) -> String {
    let columns: Vec<String> = table
        .definition
        .columns
        .iter()
        .map(|column| quoted(column.name))
        .collect();
    let marks = vec!["?"; columns.len()].join(", ");
    format!(
        "INSERT INTO {} ({}) VALUES ({marks})",
        quoted(table.definition.name),
        columns.join(", ")
    )
}

fn put(insert: &mut Statement<'_>, batch: &RowsBatch, width: usize) -> rusqlite::Result<()> {
    for row in batch.values.chunks_exact(width) {
        for (at, value) in row.iter().enumerate() {
            insert.raw_bind_parameter(
                at + 1,
                Bound {
                    value: *value,
                    text: &batch.text,
                },
            )?;
        }
        insert.raw_execute()?;
    }
    Ok(())
}

/// A value of a batch, bound without being copied into one of rusqlite's own.
struct Bound<'a> {
    value: Value,
    text: &'a [u8],
}

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self.value {
            Value::Null => ValueRef::Null,
            Value::Integer(number) => ValueRef::Integer(number),
            Value::Text(start, end) => ValueRef::Text(&self.text[start as usize..end as usize]),
        }))
    }
}
