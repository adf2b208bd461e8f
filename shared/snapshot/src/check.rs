//! Checks a package without a database.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use serde::Serialize;

use crate::definition::System;
use crate::encode::Nothing;
use crate::fault::Faults;
use crate::flow::{End, Flow, PartDone};
use crate::package::Package;
use crate::plan::{self, Plan, TablePlan};
use crate::progress::SharedProgress;
use crate::read::PartHash;
use crate::signature::{Mistrust, Trust};
use crate::verify;

/// What a check found.
#[derive(Debug, Clone)]
pub struct Report {
    /// Rows without a fault, by table; complete only if there is no fault.
    pub tables: Vec<TableCount>,
    /// Everything that is wrong with the content.
    pub faults: Faults,
    /// Whether the signature is good: words to show with every answer, or why the package would be refused.
    pub signature: Result<Option<String>, Mistrust>,
}

/// The rows of a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableCount {
    /// Name of the table.
    pub name: String,
    /// Rows that are good.
    pub rows: u64,
    /// Rows that were put aside.
    pub rows_quarantined: u64,
    /// Whether the package has no resource for it, and it counts as empty for that.
    pub absent: bool,
}

/// Checks everything that a load at the time `now` would check before it switches: hashes, every row, the signature. Blocks while it
/// reads. Only a load knows what is served, so only a load refuses what is older than that or comes from elsewhere.
#[must_use]
pub fn check(
    package: &Package,
    system: &System,
    trust: &Trust,
    now: DateTime<Utc>,
    progress: &SharedProgress,
) -> Report {
    let signature = trust.judge(package);
    match rows(package, system, now, progress) {
        Ok(tables) => Report {
            tables,
            faults: Faults::default(),
            signature,
        },
        Err(faults) => Report {
            tables: Vec::new(),
            faults,
            signature,
        },
    }
}

fn rows(
    package: &Package,
    system: &System,
    now: DateTime<Utc>,
    progress: &SharedProgress,
) -> Result<Vec<TableCount>, Faults> {
    let (plan, hashes) = prove(package, system, now, progress)?;
    let flow = Flow::<Nothing>::new(Arc::clone(&plan), hashes, None, None, Arc::clone(progress));
    match flow.run(&[]).0 {
        End::Whole(parts) => Ok(counts(&plan, &parts)),
        End::Faulty(faults) => Err(faults),
        // Without anybody to send to and without a quarantine neither can happen.
        End::Unwanted | End::Quarantine(_) => Ok(Vec::new()),
    }
}

/// Fits a package to a system and proves its hashes; the hashes come in the order of the plan's tables.
pub(crate) fn prove(
    package: &Package,
    system: &System,
    now: DateTime<Utc>,
    progress: &SharedProgress,
) -> Result<(Arc<Plan>, Vec<Vec<PartHash>>), Faults> {
    let plan = plan::fit(package, system, now)?;
    let hashes = verify::verify(package, progress.as_ref())?;
    let mut by_name: Vec<_> = package
        .resources
        .iter()
        .map(|resource| resource.name.as_str())
        .zip(hashes)
        .collect();
    let mut ordered = Vec::new();
    for table in &plan.tables {
        if let Some(at) = by_name
            .iter()
            .position(|(name, _)| *name == table.definition.name)
        {
            ordered.push(by_name.swap_remove(at).1);
        }
    }
    Ok((Arc::new(plan), ordered))
}

pub(crate) fn counts(plan: &Plan, parts: &[Vec<PartDone>]) -> Vec<TableCount> {
    let count = |(table, parts): (&TablePlan, &Vec<PartDone>)| TableCount {
        name: table.definition.name.to_owned(),
        rows: parts.iter().map(|part| part.read.rows).sum(),
        rows_quarantined: parts.iter().map(|part| part.read.bad_rows).sum(),
        absent: false,
    };
    let absent = plan.absent.iter().map(|table| TableCount {
        name: table.name.to_owned(),
        rows: 0,
        rows_quarantined: 0,
        absent: true,
    });
    let present = plan.tables.iter().zip(parts).map(count);
    present.chain(absent).collect()
}
