//! Makes data packages of invented people, as an agency would: signed with a key that the demo enrols.

use std::path::Path;

use chrono::{DateTime, Utc};
use snapshot::{AgencySigner, Origin, PackageWriter, System, TableHead};

use super::household_rows;
use super::world::World;
use crate::outcome::Failure;

/// Rows in one part file.
const PART_ROWS: u64 = 50_000;

/// The rows of one table, in the column order of its definition.
pub(crate) struct TableRows {
    name: &'static str,
    rows: Vec<Vec<String>>,
}

impl TableRows {
    /// A table whose rows are sorted by its first column, the key.
    pub(crate) fn new(name: &'static str, mut rows: Vec<Vec<String>>) -> Self {
        rows.sort_by(|one, other| one[0].cmp(&other[0]));
        Self { name, rows }
    }
}

/// The tables of a system in an invented world; `None` for systems nobody has invented data for.
fn tables(system: &str, world: &World) -> Option<Vec<TableRows>> {
    match system {
        "household" => Some(household_rows::tables(world)),
        _ => None,
    }
}

/// Writes the data package of `system` into `folder`; `false` where there is no invented data for it.
pub(crate) fn write(
    system: &System,
    world: &World,
    folder: &Path,
    taken_at: DateTime<Utc>,
    signer: &AgencySigner,
) -> Result<bool, Failure> {
    let Some(tables) = tables(system.name, world) else {
        return Ok(false);
    };
    let origin = Origin {
        system: system.name.to_owned(),
        agency: format!("agency-{}", system.name),
        taken_at,
        sequence: 1,
        schema_version: system.schema_version,
    };
    let mut package = PackageWriter::create(folder, origin)?;
    for table in tables {
        let definition = system.table(table.name).ok_or_else(|| {
            Failure::failed(format!("{} has no table {}", system.name, table.name))
        })?;
        let mut writer = package.table(TableHead::of(definition), PART_ROWS)?;
        for row in &table.rows {
            writer.row(row.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        writer.finish()?;
    }
    package.finish(Some(signer))?;
    Ok(true)
}
