//! What a capability is, and how one runs.
//!
//! A service declares itself with [`declare!`]: one [`Capability`] value of its name, tables, lookups, applications, policy,
//! probes and recovery tier. [`main`] runs it as a process, [`start`] inside another one. From the declaration follow the snapshot check, the
//! OpenAPI document, the gateway's catalogue, the probes and the demo.
//!
//! A lookup's handler takes a [`Lookup`] (who asks, which snapshot answers), a [`Key`] or [`Parameters`], and returns
//! an [`Answer`] or a [`List`]; [`lists!`] writes those of a list of somebody's rows, page by page. A handler of an application takes a [`Filing`] of its [`Form`].

mod answer;
mod audience;
mod body;
mod declaration;
mod declare;
mod failure;
mod filing;
mod gate;
mod health;
mod legible;
mod lists;
mod lookup;
mod measures;
mod openapi;
mod page;
mod parameters;
mod probe;
mod runner;
mod serving;
mod settings;
mod shape;
mod tables;

pub use answer::{Answer, Answered, List, Listed, SnapshotInfo};
pub use audience::Audience;
pub use body::Body;
pub use database::{Dialect, Question};
pub use declaration::{Capability, Invent, Routes, Sample, SampleApplication, Sampled};
pub use failure::{OrProblem, no_such_record};
pub use filing::{
    Accepted, Deadline, Examination, Filed, Filing, FilingHeaders, FilingProblems, Form, Handled,
    Kind, NoFinding, Offered, Text, not_before, not_later, not_yours,
};
pub use health::{Health, State};
pub use lookup::Lookup;
pub use openapi::{BodyProblems, Problems, ReasonHeaders};
pub use page::{Cursor, PageQuery, Pageable};
pub use parameters::{Key, Parameters};
pub use probe::{Keyed, any_reads_back, reads_back, reads_related};
pub use runner::{main, start};
pub use runtime::operations::Operations;
pub use settings::{JournalSettings, Parts, ReplicaSettings, Settings};
pub use tables::Tables;
