//! Loading a snapshot, beside the databases' own tools on the same files, with the same columns and indexes.
//!
//! The others check nothing: neither hashes nor identifiers, and they leave no old snapshot serving.

pub(super) mod package;
mod postgres;
mod sqlite;

use std::path::PathBuf;

use super::report::{Aim, Column, Ratio, Report};
use super::rounds::{Contestant, in_turn};
use super::{HOUSEHOLD, Setting};
use crate::Failure;
use crate::parts::Part;
use package::Package;

/// What it needs of others.
pub(super) const PARTS: [Part; 2] = [
    Part::new("postgres", "postgresql"),
    Part::new("sqlite3", "sqlite3"),
];

const COLUMNS: [Column; 4] = [
    Column::new("rows_per_second", "rows/s", 0),
    Column::new("wall_seconds", "wall s", 2),
    Column::new("cpu_seconds", "own CPU s", 2),
    Column::new("peak_mib", "own peak MiB", 0),
];

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let package = Package::read(&setting.snapshots.join(HOUSEHOLD))?;
    let rows = package.rows();
    let (our_postgres, its_copy) = postgres::contestants(setting, &package)?;
    let (our_sqlite, its_import) = sqlite::contestants(setting, &package)?;
    let mut contestants: Vec<Box<dyn Contestant>> = vec![
        Box::new(our_postgres),
        Box::new(its_copy),
        Box::new(our_sqlite),
        Box::new(its_import),
    ];
    let series = in_turn(&mut contestants, setting)?;
    let ratio = |of: usize, to: usize, aim: f64| Ratio {
        column: "rows_per_second",
        of: series[of].name.clone(),
        to: series[to].name.clone(),
        aim: Some(Aim::AtLeast(aim)),
    };
    let ratios = vec![ratio(0, 1, 0.7), ratio(2, 3, 0.8)];
    let title = format!("Loading a snapshot of {rows} rows ({HOUSEHOLD})");
    Ok(Report {
        name: "load",
        title,
        columns: COLUMNS.to_vec(),
        series,
        ratios,
    })
}

/// A script beside the data of a contestant.
fn write_script(folder: &tempfile::TempDir, text: &str) -> Result<PathBuf, Failure> {
    let path = folder.path().join("script");
    std::fs::write(&path, text)?;
    Ok(path)
}
