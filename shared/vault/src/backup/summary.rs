//! What a run did, for people and for machines.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RunSummary {
    /// Whether the restore point survives as many lost clouds as the vault is made for.
    pub status: Status,
    /// Number of the restore point.
    pub sequence: u64,
    /// Its witness, `sequence:hash`: give it to the custodians.
    pub witness: String,
    /// The run.
    pub run: String,
    /// The generation.
    pub generation: u32,
    /// Whether the run began it, so that everything was sent whole.
    pub new_generation: bool,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Until when it counts as fresh.
    pub expires: DateTime<Utc>,
    /// How many more clouds may be lost.
    pub survives: u8,
    /// k.
    pub need: u8,
    /// n.
    pub clouds: u8,
    /// What was backed up.
    pub sources: Vec<SourceSummary>,
    /// Bytes of all sources.
    pub bytes_read: u64,
    /// Bytes that were not stored before.
    pub bytes_new: u64,
    /// The new bytes, compressed.
    pub bytes_compressed: u64,
    /// Bytes of packs stored, over all clouds.
    pub bytes_stored: u64,
    /// Packs stored.
    pub packs: u64,
    /// Stored bytes over all clouds for a compressed byte: n/k and the padding.
    pub overhead: f64,
    /// n/k.
    pub overhead_formula: f64,
    /// Bytes of the sources for a byte that was new.
    pub dedup_ratio: f64,
    /// What each cloud was sent.
    pub stored: Vec<CloudSummary>,
    /// Bytes that an interrupted run may have sent in vain.
    pub bytes_resent: u64,
    /// The restore point whose end was interrupted and which this run finished.
    pub finished_earlier: Option<String>,
    /// What the operator has to know.
    pub warnings: Vec<String>,
    /// Seconds.
    pub seconds: Seconds,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// All is well.
    Green,
    /// The restore point is there and survives fewer losses than it should.
    Red,
}

/// A source as it was backed up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SourceSummary {
    /// Its name.
    pub name: String,
    /// `package`, `folder` or `database`.
    pub kind: &'static str,
    /// Files.
    pub files: u64,
    /// Rows of tables.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
}

/// What a cloud was sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CloudSummary {
    /// Its number.
    pub number: u8,
    /// Its name.
    pub name: String,
    /// Bytes.
    pub sent: u64,
    /// Of those, sent before without effect.
    pub sent_again: u64,
    /// Why it did not take part to the end.
    pub fault: Option<String>,
}

/// How long it took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Seconds {
    /// Asking the clouds, making keys.
    pub begin: f64,
    /// Reading, cutting, packing, sending.
    pub store: f64,
    /// Manifests, catalogue, head.
    pub end: f64,
    /// All of it.
    pub total: f64,
}

impl RunSummary {
    /// What to do now.
    #[must_use]
    pub fn next_step(&self) -> &'static str {
        match self.status {
            Status::Green => "Give the witness line to the custodians.",
            Status::Red => {
                "Restore points are safe as they stand. Put the clouds named above right, then run `lifeboat backup repair`; give the witness line to the custodians."
            }
        }
    }
}

impl fmt::Display for RunSummary {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            out,
            "Restore point {} of {} is stored on the clouds; generation {}, fresh until {}.",
            self.sequence,
            self.created.format("%Y-%m-%d %H:%M:%S UTC"),
            self.generation,
            self.expires.format("%Y-%m-%d %H:%M UTC")
        )?;
        for source in &self.sources {
            let SourceSummary {
                name,
                kind,
                files,
                rows,
                bytes,
            } = source;
            let size = Size(*bytes);
            writeln!(out, "  {kind} {name}: {files} files, {rows} rows, {size}")?;
        }
        writeln!(
            out,
            "Read {}, new {}, compressed {}, stored {} in {} packs; {:.2} × (formula {:.2} ×), deduplication {:.1} ×.",
            Size(self.bytes_read),
            Size(self.bytes_new),
            Size(self.bytes_compressed),
            Size(self.bytes_stored),
            self.packs,
            self.overhead,
            self.overhead_formula,
            self.dedup_ratio
        )?;
        for cloud in &self.stored {
            write!(
                out,
                "  cloud {} ({}): sent {}",
                cloud.number,
                cloud.name,
                Size(cloud.sent)
            )?;
            match &cloud.fault {
                Some(fault) => writeln!(out, "; LEFT OUT: {fault}")?,
                None => writeln!(out)?,
            }
        }
        if self.bytes_resent > 0 {
            writeln!(
                out,
                "An interrupted run had begun to send {} that were sent again at most.",
                Size(self.bytes_resent)
            )?;
        }
        writeln!(
            out,
            "It survives the loss of {} of {} clouds. Took {:.1} s (begin {:.1}, store {:.1}, end {:.1}).",
            self.survives,
            self.clouds,
            self.seconds.total,
            self.seconds.begin,
            self.seconds.store,
            self.seconds.end
        )?;
        for warning in &self.warnings {
            writeln!(out, "WARNING: {warning}")?;
        }
        writeln!(out, "Witness: {}", self.witness)?;
        write!(out, "{}", self.next_step())
    }
}

/// Bytes for people.
struct Size(u64);

impl fmt::Display for Size {
    #[expect(clippy::cast_precision_loss, reason = "a size for people")]
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = self.0 as f64;
        match self.0 {
            0..1_024 => write!(out, "{} B", self.0),
            1_024..1_048_576 => write!(out, "{:.1} KiB", bytes / 1_024.0),
            1_048_576..1_073_741_824 => write!(out, "{:.1} MiB", bytes / 1_048_576.0),
            _ => write!(out, "{:.2} GiB", bytes / 1_073_741_824.0),
        }
    }
}
