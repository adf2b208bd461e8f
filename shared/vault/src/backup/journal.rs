//! The journal of a generation: what was stored, and how far a run came.
//!
//! Records are only appended. Each is a length, CBOR, and a checksum; one that was torn by a crash is cut off when the journal
//! is opened again, which loses nothing but the knowledge that a pack had been sent.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_bytes::ByteBuf;

use super::holders::Holders;
use crate::object::{ContentHash, Epoch, Hash32, PackId, Run, Sequence};

/// Bytes of a record's checksum.
const CHECKSUM: usize = 16;

/// No record is longer: a pack holds at most some ten thousand extents.
const RECORD_AT_MOST: u32 = 64 * 1024 * 1024;

/// What can be said of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Record {
    /// Its epoch is on these clouds.
    Begun {
        run: Run,
        epoch: Epoch,
        epoch_hash: Hash32,
        holders: Holders,
        at: DateTime<Utc>,
    },
    /// A pack of this many bytes over all clouds is about to be sent.
    Sending { pack: PackId, bytes: u64 },
    /// A pack is on these clouds.
    Stored(StoredPack),
    /// Everything of this run is stored and its head is made: it lies beside the journal and can be sent again as it is.
    Ending {
        run: Run,
        sequence: Sequence,
        figures: Figures,
    },
    /// The head is on these clouds.
    Ended {
        run: Run,
        sequence: Sequence,
        hash: Hash32,
        holders: Holders,
        figures: Figures,
    },
    /// Repair has put all packs, epochs and heads so far onto this cloud.
    Healed { cloud: u8 },
}

/// A pack that is stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct StoredPack {
    pub(crate) pack: PackId,
    pub(crate) epoch: Epoch,
    pub(crate) class: u8,
    pub(crate) holders: Holders,
    /// The hashes of all fragments, joined.
    pub(crate) fragments: ByteBuf,
    /// Hash, offset, stored bytes, raw bytes, codec of what may be referred to.
    pub(crate) extents: Vec<(ContentHash, u32, u32, u32, u8)>,
}

/// What one run did, for comparing the next one with it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Figures {
    /// Bytes of all sources.
    pub(crate) read: u64,
    /// Bytes that were not stored before.
    pub(crate) new: u64,
    /// What became of the new bytes by compressing them.
    pub(crate) compressed: u64,
}

/// An open journal.
#[derive(Debug)]
pub(crate) struct Journal {
    path: PathBuf,
    file: Mutex<File>,
}

impl Journal {
    /// Opens the journal, made if it is not there, and hands every record to `replay`.
    ///
    /// # Errors
    /// When it cannot be read, or a record before the last one is damaged.
    pub(crate) fn open(path: &Path, mut replay: impl FnMut(Record)) -> io::Result<Self> {
        let file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .open(path)?;
        let length = file.metadata()?.len();
        let mut reader = BufReader::with_capacity(1 << 20, &file);
        let mut good = 0;
        while good < length {
            let Some((record, bytes)) = read(&mut reader, length - good)? else {
                break;
            };
            replay(record);
            good += bytes;
        }
        if good < length {
            tracing::warn!(path = %path.display(), bytes = length - good, "the end of the journal was torn");
            file.set_len(good)?;
            file.sync_all()?;
        }
        Ok(Self {
            path: path.to_owned(),
            file: Mutex::new(file),
        })
    }

    /// Where it lies.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// Appends a record that outlasts the program, though perhaps not a power cut.
    pub(crate) fn note(&self, record: &Record) -> io::Result<()> {
        self.write(record, false)
    }

    /// Appends a record that is on the disk when this returns.
    pub(crate) fn append(&self, record: &Record) -> io::Result<()> {
        self.write(record, true)
    }

    fn write(&self, record: &Record, durably: bool) -> io::Result<()> {
        let mut framed = vec![0; 4];
        ciborium::into_writer(record, &mut framed).map_err(io::Error::other)?;
        let length = u32::try_from(framed.len() - 4).map_err(io::Error::other)?;
        framed[..4].copy_from_slice(&length.to_be_bytes());
        let checksum = blake3::hash(&framed);
        framed.extend_from_slice(&checksum.as_bytes()[..CHECKSUM]);
        let mut file = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        let before = file.metadata()?.len();
        let written = file.write_all(&framed);
        if written.is_err() {
            // Whatever part of it was written would stand before the next record.
            file.set_len(before)?;
        }
        written?;
        if durably { file.sync_data() } else { Ok(()) }
    }
}

/// The next record and its length; none when it is the torn last one.
fn read(reader: &mut impl Read, left: u64) -> io::Result<Option<(Record, u64)>> {
    let mut head = [0; 4];
    if left < 4 {
        return Ok(None);
    }
    reader.read_exact(&mut head)?;
    let length = u32::from_be_bytes(head);
    let whole = 4 + u64::from(length) + CHECKSUM as u64;
    if whole > left {
        return Ok(None);
    }
    let damaged = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            "a record of the journal is damaged",
        )
    };
    if length > RECORD_AT_MOST {
        return Err(damaged());
    }
    let mut framed = head.to_vec();
    reader.take(whole - 4).read_to_end(&mut framed)?;
    let (content, checksum) = framed.split_at(framed.len() - CHECKSUM);
    if blake3::hash(content).as_bytes()[..CHECKSUM] != *checksum {
        return if whole == left {
            Ok(None)
        } else {
            Err(damaged())
        };
    }
    let record = ciborium::from_reader(&content[4..]).map_err(|_| damaged())?;
    Ok(Some((record, whole)))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::{Journal, Record};
    use crate::object::PackId;

    fn sending(bytes: u64) -> Record {
        Record::Sending {
            pack: PackId([1; 16]),
            bytes,
        }
    }

    fn all(path: &Path) -> std::io::Result<Vec<Record>> {
        let mut records = Vec::new();
        Journal::open(path, |record| records.push(record))?;
        Ok(records)
    }

    #[test]
    fn a_torn_end_is_cut_off_and_the_rest_is_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path, |_| ()).unwrap();
        for bytes in 0..3 {
            journal.append(&sending(bytes)).unwrap();
        }
        let whole = fs::read(&path).unwrap();
        let two = whole.len() / 3 * 2;
        for length in two..whole.len() {
            fs::write(&path, &whole[..length]).unwrap();
            assert_eq!(all(&path).unwrap(), [sending(0), sending(1)], "{length}");
            assert_eq!(fs::metadata(&path).unwrap().len(), two as u64);
            let journal = Journal::open(&path, |_| ()).unwrap();
            journal.append(&sending(9)).unwrap();
            assert_eq!(all(&path).unwrap().last(), Some(&sending(9)));
        }
        let mut bad = whole.clone();
        *bad.last_mut().unwrap() ^= 1;
        fs::write(&path, &bad).unwrap();
        assert_eq!(all(&path).unwrap().len(), 2, "a torn page");
    }

    #[test]
    fn damage_in_the_middle_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let journal = Journal::open(&path, |_| ()).unwrap();
        journal.append(&sending(1)).unwrap();
        journal.note(&sending(2)).unwrap();
        let mut bytes = fs::read(&path).unwrap();
        bytes[10] ^= 1;
        fs::write(&path, &bytes).unwrap();
        assert!(all(&path).is_err());
        assert_eq!(fs::read(&path).unwrap(), bytes, "and nothing is cut off");
    }
}
