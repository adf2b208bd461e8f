//! What a database must be able to do for a load.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc::Receiver;

use crate::definition::TableDefinition;
use crate::flow::{Event, PartDone};
use crate::plan::Plan;
use crate::progress::SharedProgress;
use crate::read::Encoder;
use crate::store::{Snapshot, StoreError};

/// A database, locked for the loads of one system. The lock ends with the loader, however it ends.
pub(crate) trait Loader: Send {
    /// The form in which it takes rows.
    type Encoder: Encoder + Default;

    /// Name of the place for the data of a snapshot whose short name is `short`.
    fn place(&self, short: &str) -> String;

    /// All snapshots, the active one first.
    fn snapshots(&mut self) -> impl Future<Output = Result<Vec<Snapshot>, StoreError>> + Send;

    /// Registers a snapshot that is being loaded and makes its bare tables.
    fn begin(
        &mut self,
        draft: &Snapshot,
        tables: &[TableDefinition],
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Parts of the plan that were loaded whole before.
    fn done(
        &mut self,
        draft: &Snapshot,
        plan: &Plan,
    ) -> impl Future<Output = Result<Vec<PartDone>, StoreError>> + Send;

    /// Writes rows down, each part in one transaction with its entry in the registry. A part without its end is undone.
    fn receive(
        &mut self,
        draft: &Snapshot,
        plan: Arc<Plan>,
        events: Receiver<Event<<Self::Encoder as Encoder>::Batch>>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Builds the keys and indexes that are not there yet; tells each table that is done.
    fn index(
        &mut self,
        draft: &Snapshot,
        tables: &[TableDefinition],
        progress: &SharedProgress,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Counts the rows of a table.
    fn count(
        &mut self,
        draft: &Snapshot,
        table: &str,
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Makes `next` the active snapshot and the active one the previous, at once and durably; what was previous is left to
    /// be dropped. `rows` are written into the registry.
    fn activate(
        &mut self,
        next: &Snapshot,
        at: DateTime<Utc>,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Removes a snapshot that is neither active nor previous.
    fn discard(
        &mut self,
        snapshot: &Snapshot,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;
}
