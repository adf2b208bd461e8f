//! The same lookup where everything is in SQLite files, beside Datasette on the same rows.

use super::super::Setting;
use super::super::driver::{COLUMNS, Caller, Driven};
use super::super::report::{Aim, Ratio, Report};
use super::super::rig::Rig;
use super::super::rounds::{Contestant, in_turn};
use super::{ME, datasette};
use crate::Failure;
use crate::parts::Part;
use crate::python;

pub(in super::super) const PARTS: [Part; 1] = [python::VENV];

const OURS: &str = "lifeboat, all checks, SQLite";
const DATASETTE: &str = "Datasette, no checks";

pub(in super::super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let rig = Rig::start(setting, &[], &[])?;
    let datasette = datasette::Server::start(setting)?;
    let driven = |name, caller, target, pids| {
        Box::new(Driven::records(&rig, name, caller, target, pids)) as Box<dyn Contestant>
    };
    let mut contestants = [
        driven(
            OURS,
            Caller::Possession,
            format!("{}{ME}", rig.gateway),
            rig.pids(),
        ),
        driven(
            DATASETTE,
            Caller::Bearer,
            datasette.one_person(),
            vec![datasette.pid()],
        ),
    ];
    Ok(Report {
        name: "lookups-sqlite",
        title: format!("GET {ME} on SQLite, 32 connections"),
        columns: COLUMNS.to_vec(),
        series: in_turn(&mut contestants, setting)?,
        ratios: vec![Ratio {
            column: "requests_per_second",
            of: OURS.to_owned(),
            to: DATASETTE.to_owned(),
            aim: Some(Aim::AtLeast(8.0)),
        }],
    })
}
