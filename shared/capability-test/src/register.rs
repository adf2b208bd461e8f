//! Rows on their way into a store, as an agency's package.

use std::sync::Arc;

use capability::Capability;
use chrono::{DateTime, Utc};
use invented::Rows;
use snapshot::{LoadOptions, Origin, Package, PackageWriter, Silent, Store, TableHead, Trust};

/// When the package was taken.
const TAKEN_AT: &str = "2026-11-20T18:00:00Z";

/// Rows of a table in its column order, sorted by key.
#[must_use]
pub fn rows(table: &'static str, rows: &[&[&str]]) -> Rows {
    let row = |row: &&[&str]| row.iter().map(|cell| (*cell).to_owned()).collect();
    Rows {
        table,
        cells: rows.iter().map(row).collect(),
    }
}

/// Loads the rows into `database`, as the agency's next package.
pub async fn load(capability: &Capability, database: &str, tables: &[Rows]) {
    let system = capability.system();
    let folder = tempfile::tempdir().unwrap();
    let store = Store::open(database, &system).unwrap();
    let before = store.active().await.unwrap();
    let origin = Origin {
        system: system.name.to_owned(),
        agency: format!("agency-{}", system.name),
        taken_at: TAKEN_AT.parse::<DateTime<Utc>>().unwrap(),
        sequence: before.map_or(1, |before| before.sequence + 1),
        schema_version: system.schema_version,
    };
    let package = folder.path().join(system.name);
    let mut writer = PackageWriter::create(&package, origin).unwrap();
    for rows in tables {
        let head = TableHead::of(system.table(rows.table).unwrap());
        let mut table = writer.table(head, 1_000).unwrap();
        for row in &rows.cells {
            table.row(row.iter().map(String::as_str)).unwrap();
        }
        table.finish().unwrap();
    }
    writer.finish(None).unwrap();
    let options = LoadOptions {
        trust: Trust::default(),
        quarantine: None,
        allow_older: false,
        clock: runtime::clock::system(),
    };
    let package = Package::open(&package).unwrap();
    store
        .load(&package, &options, Arc::new(Silent))
        .await
        .unwrap();
}
