//! Backup and restore, beside restic on the same files.
//!
//! restic writes one copy to one local folder; the vault writes to three, any two of which hold everything. The others keep their
//! key beside the repository; the vault's is asked of three custodians of five for every restore.

mod changed;
pub(super) mod ours;
mod pgbackrest;
pub(super) mod postgres;
mod restic;
pub(super) mod tahoe;
mod tree;

use std::rc::Rc;

use super::Setting;
use super::report::{Aim, Column, Ratio, Report};
use super::rounds::{Contestant, in_turn};
use crate::Failure;
use crate::parts::Part;

/// What it needs of others.
pub(super) const PARTS: [Part; 1] = [Part::new("restic", "restic")];

const COLUMNS: [Column; 5] = [
    Column::new("mib_per_second", "MiB/s of the source", 0),
    Column::new("wall_seconds", "wall s", 2),
    Column::new("cpu_seconds", "CPU s", 2),
    Column::new("peak_mib", "peak MiB", 0),
    Column::new("stored_mib", "MiB stored anew", 1),
];

pub(super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let work = Rc::new(tempfile::tempdir()?);
    let source = tree::Tree::read(&setting.snapshots)?;
    let later = changed::one_row_in_a_hundred(&source, &work.path().join("later"))?;
    let vault = ours::Vault::make(setting, work.path())?;
    let repository = restic::Repository::in_folder(&work.path().join("restic"));
    let title = format!(
        "Backup and restore of {:.0} MiB ({} files), 2-of-3 clouds in local folders",
        source.mib(),
        source.files.len()
    );
    let mut contestants: Vec<Box<dyn Contestant>> = vec![
        Box::new(ours::First(vault.clone(), source.clone())),
        Box::new(restic::First(repository.clone(), source.clone())),
        Box::new(ours::Restore(vault.clone(), source.clone())),
        Box::new(restic::Restore(repository.clone(), source)),
        Box::new(ours::Again(vault, later.clone())),
        Box::new(restic::Again(repository, later)),
    ];
    let series = in_turn(&mut contestants, setting)?;
    let ratio = |column, of: usize, to: usize, aim| Ratio {
        column,
        of: series[of].name.clone(),
        to: series[to].name.clone(),
        aim: Some(aim),
    };
    let ratios = vec![
        ratio("wall_seconds", 0, 1, Aim::AtMost(0.6)),
        ratio("wall_seconds", 2, 3, Aim::AtMost(1.0)),
        ratio("stored_mib", 4, 0, Aim::AtMost(0.03)),
    ];
    Ok(Report {
        name: "vault",
        title,
        columns: COLUMNS.to_vec(),
        series,
        ratios,
    })
}
