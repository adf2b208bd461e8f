//! Restoring: finding the newest restore point, planning, gathering, writing.
//!
//! ```text
//! Restore::open   clouds → descriptor → heads → witness → custodians → keyring     (find, history, unlock)
//! Restore::plan   catalogue → root → manifests → what is wanted → listed everywhere?  (choice, plan, packs)
//! Plan::run       gather → join → open → decode → prove → write → publish or load      (bring, assembly, staging, database, rebuild)
//! ```
//!
//! Until `run`, nothing is written; whatever cannot be trusted is refused before that, and what turns out so later leaves
//! nothing behind. Only a cut line or a full disk keeps what was fetched, and says so.

mod assembly;
mod batch;
mod bring;
mod choice;
mod custodians;
mod database;
mod error;
mod events;
mod extents;
mod fate;
pub(crate) mod find;
mod history;
mod open;
pub(crate) mod packs;
mod plan;
mod rebuild;
mod run;
mod staging;
pub(crate) mod unlock;
mod witness;

pub use choice::Choice;
pub use custodians::master_of;
pub use database::{Database, LoadedSystem};
pub use error::{Refusal, RestoreError, Size};
pub use events::{Event, Events, SharedEvents, Unheard};
pub use find::{Found, Opener, Whereabouts, find};
pub use history::{History, Point};
pub use open::{Asked, Restore};
pub use run::{Plan, PlannedTotals, Restored, RestoredSource, Sink};
pub use witness::named_witness;
