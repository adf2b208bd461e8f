use std::collections::BTreeMap;

use sea_orm::DatabaseConnection;
use serde::Serialize;

use crate::chain::{Checkpoint, Hash, START};
use crate::read::{self, Stored, Unreadable};

/// Rows read at once: memory stays flat however long the log is.
const PAGE: i64 = 2_000;

/// Faults named in one verdict; a log with more is beyond listing.
const NAMED: usize = 100;

/// What was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verdict {
    /// Every chain, by writer.
    pub chains: Vec<Chain>,
    /// The first hundred faults; none means that the log is as it was written.
    pub faults: Vec<Fault>,
}

impl Verdict {
    /// Whether the log is as it was written.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }
}

/// One chain as it was found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Chain {
    /// Entries found.
    pub entries: u64,
    /// Where it ends.
    pub end: Checkpoint,
}

/// Something that was done to the log behind its back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "kebab-case")]
pub enum Fault {
    /// An entry is not what its hash was made of: it was edited, or it stands in another's place.
    Edited {
        /// The writer of the chain.
        writer: String,
        /// The entry's number.
        seq: u64,
    },
    /// An entry does not follow the one before it.
    Unlinked {
        /// The writer of the chain.
        writer: String,
        /// The entry's number.
        seq: u64,
    },
    /// Entries are gone from the beginning or the middle.
    Missing {
        /// The writer of the chain.
        writer: String,
        /// The first that is gone.
        from: u64,
        /// The last that is gone.
        to: u64,
    },
    /// The chain ends before the checkpoint.
    Truncated {
        /// The writer of the chain.
        writer: String,
        /// The number that the checkpoint names.
        expected: u64,
        /// The last number found; 0 when there is none.
        found: u64,
    },
    /// The chain is sound in itself, but is not the one of the checkpoint.
    Rewritten {
        /// The writer of the chain.
        writer: String,
        /// The checkpoint's number.
        seq: u64,
    },
}

/// The state of the walk along one chain.
struct Walk {
    chain: Chain,
    /// Whether the entry at the end could be read; the next link cannot be compared otherwise.
    legible: bool,
}

impl Walk {
    fn start(writer: &str) -> Self {
        let end = Checkpoint {
            writer: writer.to_owned(),
            seq: 0,
            hash: START,
        };
        Self {
            chain: Chain { entries: 0, end },
            legible: true,
        }
    }

    fn step(&mut self, row: Stored, faults: &mut Vec<Fault>) {
        let seq = u64::try_from(row.seq).unwrap_or_default();
        let writer = row.writer.clone();
        let follows = self.chain.end.seq + 1;
        self.chain.entries += 1;
        self.chain.end.seq = seq;
        if seq > follows {
            faults.push(Fault::Missing {
                writer: writer.clone(),
                from: follows,
                to: seq - 1,
            });
        }
        let Some(link) = row.link() else {
            self.legible = false;
            faults.push(Fault::Edited { writer, seq });
            return;
        };
        if link.computed() != link.hash {
            faults.push(Fault::Edited {
                writer: writer.clone(),
                seq,
            });
        }
        if seq == follows && self.legible && link.previous != self.chain.end.hash {
            faults.push(Fault::Unlinked { writer, seq });
        }
        self.legible = true;
        self.chain.end.hash = link.hash;
    }
}

/// The checkpoints of one writer, by number, not yet passed.
type Expected = BTreeMap<(String, u64), Hash>;

pub(crate) async fn verify(
    connection: &DatabaseConnection,
    expected: &[Checkpoint],
) -> Result<Verdict, Unreadable> {
    let mut waiting: Expected = expected
        .iter()
        .map(|point| ((point.writer.clone(), point.seq), point.hash))
        .collect();
    let mut faults = Vec::new();
    let mut walks: Vec<Walk> = Vec::new();
    let mut at = (String::new(), i64::MIN);
    loop {
        let sql =
            "SELECT * FROM entry WHERE (writer, seq) > ($1, $2) ORDER BY writer, seq LIMIT $3";
        let values = vec![at.0.clone().into(), at.1.into(), PAGE.into()];
        let page = read::rows(connection, sql, values).await?;
        let Some(last) = page.last() else { break };
        at = (last.writer.clone(), last.seq);
        for row in page {
            if walks
                .last()
                .is_none_or(|walk| walk.chain.end.writer != row.writer)
            {
                walks.push(Walk::start(&row.writer));
            }
            if let Some(walk) = walks.last_mut() {
                walk.step(row, &mut faults);
                pass(&walk.chain.end, &mut waiting, &mut faults);
            }
        }
        faults.truncate(NAMED);
    }
    for (writer, seq) in waiting.into_keys() {
        let chain = walks.iter().find(|walk| walk.chain.end.writer == writer);
        faults.push(Fault::Truncated {
            found: chain.map_or(0, |walk| walk.chain.end.seq),
            expected: seq,
            writer,
        });
    }
    faults.truncate(NAMED);
    Ok(Verdict {
        chains: walks.into_iter().map(|walk| walk.chain).collect(),
        faults,
    })
}

fn pass(end: &Checkpoint, waiting: &mut Expected, faults: &mut Vec<Fault>) {
    if let Some(hash) = waiting.remove(&(end.writer.clone(), end.seq))
        && hash != end.hash
    {
        faults.push(Fault::Rewritten {
            writer: end.writer.clone(),
            seq: end.seq,
        });
    }
}
