//! Makes data packages of invented people, as an agency would: signed with a key that the demo enrols.

use std::path::Path;

use capability::Capability;
use chrono::{DateTime, Utc};
use invented::World;
use snapshot::{AgencySigner, Origin, PackageWriter, System, TableHead};

use crate::outcome::Failure;

/// Rows in one part file.
const PART_ROWS: u64 = 50_000;

/// Writes the data package of a capability's system into `folder`.
pub(crate) fn write(
    capability: &Capability,
    world: &World,
    folder: &Path,
    taken_at: DateTime<Utc>,
    signer: &AgencySigner,
) -> Result<System, Failure> {
    let system = capability.system();
    let origin = Origin {
        system: system.name.to_owned(),
        agency: format!("agency-{}", system.name),
        taken_at,
        sequence: 1,
        schema_version: system.schema_version,
    };
    let mut package = PackageWriter::create(folder, origin)?;
    for rows in (capability.invent)(world)? {
        let definition = system.table(rows.table).ok_or_else(|| {
            Failure::failed(format!("{} has no table {}", system.name, rows.table))
        })?;
        let mut writer = package.table(TableHead::of(definition), PART_ROWS)?;
        for row in &rows.cells {
            writer.row(row.iter().map(String::as_str).collect::<Vec<_>>())?;
        }
        writer.finish()?;
    }
    package.finish(Some(signer))?;
    Ok(system)
}
