//! Backing up: settings, state, runs, the journal.
//!
//! [`init()`] makes a vault; [`Vault::open`] opens what it made; [`run()`] makes a restore point. The way of the bytes in a run:
//! cutting threads ([`crate::cut`]) → an intake that finds what is stored already → packing threads that compress, pack,
//! seal and cut into fragments → all clouds at once. What is on the clouds is in the journal, so that a run that dies at any
//! point is taken up by the next one.

mod alarm;
mod cutting;
mod dispatch;
mod ending;
mod error;
mod files;
mod fleet;
mod generation;
mod heads;
mod holders;
mod init;
mod intake;
mod journal;
mod ledger;
mod manifests;
mod observer;
mod packing;
mod pipeline;
mod run;
mod sending;
mod settings;
mod state;
mod stop;
mod summary;
mod vault;
mod working;

pub use dispatch::Feed;
pub use error::{BackupError, Refusal};
pub use holders::Holders;
pub use init::{InitOptions, Initialised, init};
pub use observer::{Observer, Silent, Step};
pub use run::{RunOptions, run};
pub use settings::{CloudEntry, Settings, VaultSettings};
pub use state::{GenerationState, Lock, State};
pub use summary::{CloudSummary, RunSummary, Seconds, SourceSummary, Status};
pub use vault::{OpenClouds, Vault};
