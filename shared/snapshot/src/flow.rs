//! Reads the tables of a package one after another and sends their good rows on.

use std::sync::Arc;

use tokio::sync::mpsc::Sender;

use crate::fault::{Fault, Faults};
use crate::plan::{Plan, TablePlan};
use crate::progress::{Phase, SharedProgress};
use crate::quarantine::Quarantine;
use crate::read::{BadRow, Encoder, Halt, PartHash, PartRead, Sink, TableState, read_part};

/// What happens, in order, for whoever writes the rows down.
#[derive(Debug)]
pub(crate) enum Event<B> {
    /// Rows of this part follow.
    Begin(PartName),
    /// Some rows.
    Rows(B),
    /// The part is whole and proved to be the one that was hashed.
    End(PartDone),
}

/// A part of a table of a plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PartName {
    pub(crate) table: usize,
    pub(crate) part: usize,
}

/// A part that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PartDone {
    pub(crate) name: PartName,
    pub(crate) read: PartRead,
    /// Key of its last good row, for the order of the next part.
    pub(crate) last_key: Vec<u8>,
}

/// How a flow ended.
#[derive(Debug)]
pub(crate) enum End {
    /// Every part is read; one list per table, in order of the parts.
    Whole(Vec<Vec<PartDone>>),
    /// The package is at fault.
    Faulty(Faults),
    /// Whoever takes the rows stopped taking them.
    Unwanted,
    /// The rows put aside cannot be written.
    Quarantine(std::io::Error),
}

/// Reads a package into encoders.
pub(crate) struct Flow<E: Encoder> {
    plan: Arc<Plan>,
    /// Per table of the plan, per part.
    hashes: Vec<Vec<PartHash>>,
    encoder: E,
    /// `None`: rows are only checked.
    out: Option<Sender<Event<E::Batch>>>,
    faults: Faults,
    quarantine: Option<Quarantine>,
    quarantine_error: Option<std::io::Error>,
    progress: SharedProgress,
    now: PartName,
}

impl<E: Encoder + Default> Flow<E> {
    pub(crate) fn new(
        plan: Arc<Plan>,
        hashes: Vec<Vec<PartHash>>,
        out: Option<Sender<Event<E::Batch>>>,
        quarantine: Option<Quarantine>,
        progress: SharedProgress,
    ) -> Self {
        Self {
            plan,
            hashes,
            encoder: E::default(),
            out,
            faults: Faults::default(),
            quarantine,
            quarantine_error: None,
            progress,
            now: PartName { table: 0, part: 0 },
        }
    }

    /// Reads everything but the parts that are `done` already. Blocks.
    pub(crate) fn run(mut self, done: &[PartDone]) -> (End, Faults, Option<Quarantine>) {
        let plan = Arc::clone(&self.plan);
        let bytes = plan.tables.iter().map(|table| table.resource.bytes).sum();
        self.progress.begin(Phase::Rows, bytes);
        let mut whole = Vec::new();
        for (at, table) in plan.tables.iter().enumerate() {
            match self.table(at, table, done) {
                Ok(parts) => whole.push(parts),
                Err(Halt::Unwanted) => {
                    let end = self
                        .quarantine_error
                        .take()
                        .map_or(End::Unwanted, End::Quarantine);
                    return (end, self.faults, self.quarantine);
                }
                // Parts that cannot be read on make the whole package faulty, also where rows may be put aside.
                Err(Halt::Fault(fault)) => {
                    self.faults.push(fault);
                    self.stop_sending();
                    whole.clear();
                }
            }
        }
        let all_tables = whole.len() == plan.tables.len();
        let end = if all_tables && (self.quarantine.is_some() || self.faults.is_empty()) {
            End::Whole(whole)
        } else {
            End::Faulty(std::mem::take(&mut self.faults))
        };
        (end, self.faults, self.quarantine)
    }

    fn table(
        &mut self,
        at: usize,
        table: &TablePlan,
        done: &[PartDone],
    ) -> Result<Vec<PartDone>, Halt> {
        let mut state = TableState::default();
        let mut parts = Vec::new();
        for (place, part) in table.resource.parts.iter().enumerate() {
            self.now = PartName {
                table: at,
                part: place,
            };
            if let Some(done) = done.iter().find(|done| done.name == self.now) {
                state.last_key.clone_from(&done.last_key);
                self.progress.advance(part.size);
                parts.push(done.clone());
                continue;
            }
            self.send(Event::Begin(self.now))?;
            let hash = self.hashes[at][place].clone();
            let read = read_part(table, place, &hash, &mut state, self)?;
            self.flush()?;
            if let Some(quarantine) = &mut self.quarantine
                && let Err(error) = quarantine.end_part()
            {
                return Err(self.not_put_aside(error));
            }
            let done = PartDone {
                name: self.now,
                read,
                last_key: state.last_key.clone(),
            };
            self.send(Event::End(done.clone()))?;
            parts.push(done);
        }
        check_rows(table, &parts)?;
        Ok(parts)
    }

    fn send(&mut self, event: Event<E::Batch>) -> Result<(), Halt> {
        match &self.out {
            Some(out) => out.blocking_send(event).map_err(|_| Halt::Unwanted),
            None => Ok(()),
        }
    }

    fn flush(&mut self) -> Result<(), Halt> {
        let batch = self.encoder.take();
        self.send(Event::Rows(batch))
    }

    /// From here on rows are only checked, to list the faults.
    fn stop_sending(&mut self) {
        self.out = None;
    }

    fn not_put_aside(&mut self, error: std::io::Error) -> Halt {
        self.quarantine_error = Some(error);
        Halt::Unwanted
    }
}

impl<E: Encoder + Default> Sink for Flow<E> {
    type Encoder = E;

    fn encoder(&mut self) -> &mut E {
        &mut self.encoder
    }

    fn row_done(&mut self) -> Result<(), Halt> {
        if self.encoder.is_full() {
            self.flush()
        } else {
            Ok(())
        }
    }

    fn bad_row(&mut self, row: BadRow<'_>) -> Result<(), Halt> {
        match &mut self.quarantine {
            None => self.stop_sending(),
            Some(quarantine) => {
                let table = &self.plan.tables[self.now.table];
                if let Err(error) = quarantine.put(table, self.now.part, &row) {
                    return Err(self.not_put_aside(error));
                }
            }
        }
        for fault in row.faults {
            self.faults.push(fault);
        }
        Ok(())
    }

    fn advance(&mut self, bytes: u64) {
        self.progress.advance(bytes);
    }
}

/// Compares with the number that the package says, if it says one.
fn check_rows(table: &TablePlan, parts: &[PartDone]) -> Result<(), Halt> {
    let found: u64 = parts
        .iter()
        .map(|part| part.read.rows + part.read.bad_rows)
        .sum();
    match table.resource.rows {
        Some(said) if said != found => {
            let place = format!("{}/rows", table.resource.place);
            Err(Halt::Fault(
                Fault::of_file(place, "rows", format!("{found}, as its parts have"))
                    .quoting(&said.to_string()),
            ))
        }
        _ => Ok(()),
    }
}
