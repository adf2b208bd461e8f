//! What a generation holds: its packs, its extents, its epochs, as the journal tells.
//!
//! All of it is in memory while a run lasts, about 80 bytes for an extent: some 100 MB for a TiB of data.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_bytes::ByteBuf;

use super::error::At as _;
use super::journal::{Figures, Journal, Record, StoredPack};
use super::{BackupError, Holders};
use crate::object::{CataloguePack, Codec, ContentHash, Epoch, Hash32, PackId, Run, Sequence};
use crate::pack::{Class, Placed};

/// A pack that is stored.
#[derive(Debug, Clone)]
pub(crate) struct Pack {
    pub(crate) id: PackId,
    /// Index in the ledger's epochs.
    pub(crate) epoch: u32,
    pub(crate) class: u8,
    pub(crate) holders: Holders,
    fragments: Box<[u8]>,
}

impl Pack {
    /// Its line in a catalogue in which the pack's epoch has this index.
    pub(crate) fn in_catalogue(&self, epoch: u32) -> CataloguePack {
        let (hashes, _) = self.fragments.as_chunks::<32>();
        CataloguePack {
            pack: self.id,
            epoch,
            class: self.class,
            fragments: hashes.iter().copied().map(Hash32).collect(),
        }
    }
}

/// Where an extent lies.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    /// Index in the ledger's packs.
    pub(crate) pack: u32,
    pub(crate) offset: u32,
    pub(crate) stored: u32,
    pub(crate) raw: u32,
    pub(crate) codec: Codec,
}

/// An epoch of the generation.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EpochLine {
    pub(crate) epoch: Epoch,
    pub(crate) hash: Hash32,
    pub(crate) holders: Holders,
}

/// A run that began and did not end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Unfinished {
    pub(crate) run: Run,
    /// Set when its head lies in the state folder.
    pub(crate) ending: Option<(Sequence, Figures)>,
    /// Bytes of packs, over all clouds, of which it is not known whether they were sent.
    pub(crate) lost_bytes: u64,
}

/// The end of the newest run that ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct EndedRun {
    pub(crate) sequence: Sequence,
    pub(crate) hash: Hash32,
    pub(crate) holders: Holders,
    pub(crate) figures: Figures,
}

/// The contents of a generation.
#[derive(Debug, Default)]
pub(crate) struct Contents {
    pub(crate) packs: Vec<Pack>,
    pub(crate) epochs: Vec<EpochLine>,
    extents: HashMap<ContentHash, Option<Place>>,
    sending: HashMap<PackId, u64>,
    unfinished: Option<Run>,
    ending: Option<(Sequence, Figures)>,
    pub(crate) ended: Option<EndedRun>,
}

impl Contents {
    fn replay(&mut self, record: Record) {
        match record {
            Record::Begun {
                run,
                epoch,
                epoch_hash,
                holders,
                ..
            } => {
                self.epochs.push(EpochLine {
                    epoch,
                    hash: epoch_hash,
                    holders,
                });
                self.unfinished = Some(run);
                self.ending = None;
                self.sending.clear();
            }
            Record::Sending { pack, bytes } => {
                self.sending.insert(pack, bytes);
            }
            Record::Stored(pack) => self.stored(&pack),
            Record::Ending {
                sequence, figures, ..
            } => self.ending = Some((sequence, figures)),
            Record::Ended {
                sequence,
                hash,
                holders,
                figures,
                ..
            } => {
                self.unfinished = None;
                self.ending = None;
                self.sending.clear();
                self.ended = Some(EndedRun {
                    sequence,
                    hash,
                    holders,
                    figures,
                });
            }
            Record::Healed { cloud } => {
                for pack in &mut self.packs {
                    pack.holders = pack.holders.with(cloud);
                }
                for epoch in &mut self.epochs {
                    epoch.holders = epoch.holders.with(cloud);
                }
                if let Some(ended) = &mut self.ended {
                    ended.holders = ended.holders.with(cloud);
                }
            }
        }
    }

    fn stored(&mut self, stored: &StoredPack) {
        self.sending.remove(&stored.pack);
        let place = |line: &EpochLine| line.epoch == stored.epoch;
        let (Some(epoch), Ok(index)) = (
            self.epochs.iter().rposition(place),
            u32::try_from(self.packs.len()),
        ) else {
            return;
        };
        for &(hash, offset, length, raw, codec) in &stored.extents {
            let codec = if codec == Codec::Plain as u8 {
                Codec::Plain
            } else {
                Codec::Zstd
            };
            let place = Place {
                pack: index,
                offset,
                stored: length,
                raw,
                codec,
            };
            self.extents.insert(hash, Some(place));
        }
        self.packs.push(Pack {
            id: stored.pack,
            epoch: u32::try_from(epoch).unwrap_or(u32::MAX),
            class: stored.class,
            holders: stored.holders,
            fragments: stored.fragments.as_ref().into(),
        });
    }

    /// Where an extent lies, once its pack is stored.
    pub(crate) fn place(&self, hash: &ContentHash) -> Option<Place> {
        self.extents.get(hash).copied().flatten()
    }

    /// A run that began and did not end.
    pub(crate) fn unfinished(&self) -> Option<Unfinished> {
        self.unfinished.map(|run| Unfinished {
            run,
            ending: self.ending,
            lost_bytes: self.sending.values().sum(),
        })
    }
}

/// A generation's contents and the journal that keeps them.
#[derive(Debug)]
pub(crate) struct Ledger {
    journal: Journal,
    contents: Mutex<Contents>,
}

impl Ledger {
    /// Reads the journal at this path; a new one is empty.
    pub(crate) fn open(path: &Path) -> Result<Self, BackupError> {
        let mut contents = Contents::default();
        let journal = Journal::open(path, |record| contents.replay(record)).at(path)?;
        Ok(Self {
            journal,
            contents: Mutex::new(contents),
        })
    }

    /// What it holds just now.
    pub(crate) fn contents(&self) -> MutexGuard<'_, Contents> {
        self.contents.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an extent is stored or about to be.
    pub(crate) fn knows(&self, hash: &ContentHash) -> bool {
        self.contents().extents.contains_key(hash)
    }

    /// Takes it upon the caller to store an extent, unless someone did.
    pub(crate) fn claim(&self, hash: ContentHash) -> bool {
        let mut contents = self.contents();
        let is_new = !contents.extents.contains_key(&hash);
        if is_new {
            contents.extents.insert(hash, None);
        }
        is_new
    }

    /// Writes a record to the disk, then takes it in.
    pub(crate) fn record(&self, record: Record) -> Result<(), BackupError> {
        self.journal.append(&record).at(self.journal.path())?;
        self.contents().replay(record);
        Ok(())
    }

    /// Notes that a pack is about to be sent.
    pub(crate) fn sending(&self, pack: PackId, bytes: u64) -> Result<(), BackupError> {
        let record = Record::Sending { pack, bytes };
        self.journal.note(&record).at(self.journal.path())?;
        self.contents().replay(record);
        Ok(())
    }

    /// Keeps a pack that is on its clouds.
    pub(crate) fn stored(
        &self,
        pack: PackId,
        epoch: Epoch,
        class: Class,
        holders: Holders,
        fragments: Vec<u8>,
        extents: &[Placed],
    ) -> Result<(), BackupError> {
        let listed = extents.iter().map(|one| {
            let codec = one.codec as u8;
            (one.hash, one.offset, one.stored, one.raw, codec)
        });
        self.record(Record::Stored(StoredPack {
            pack,
            epoch,
            class: class.index(),
            holders,
            fragments: ByteBuf::from(fragments),
            extents: listed.collect(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::{Ledger, Unfinished};
    use crate::backup::Holders;
    use crate::backup::journal::{Figures, Record};
    use crate::object::{Codec, ContentHash, Epoch, Hash32, PackId, Run, Sequence};
    use crate::pack::{Class, Placed};

    #[test]
    fn what_was_stored_is_known_again_and_what_was_only_claimed_is_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("journal");
        let (run, epoch) = (Run::generate().unwrap(), Epoch::generate().unwrap());
        let (kept, lost) = (ContentHash([1; 32]), ContentHash([2; 32]));
        let ledger = Ledger::open(&path).unwrap();
        ledger
            .record(Record::Begun {
                run,
                epoch,
                epoch_hash: Hash32([0; 32]),
                holders: Holders::all(3),
                at: chrono::DateTime::UNIX_EPOCH,
            })
            .unwrap();
        assert!(ledger.claim(kept) && ledger.claim(lost) && !ledger.claim(kept));
        ledger.sending(PackId([1; 16]), 100).unwrap();
        ledger.sending(PackId([2; 16]), 200).unwrap();
        let placed = Placed {
            hash: kept,
            offset: 5,
            stored: 6,
            raw: 7,
            codec: Codec::Zstd,
        };
        ledger
            .stored(
                PackId([1; 16]),
                epoch,
                Class::Small,
                Holders::all(2),
                vec![9; 96],
                &[placed],
            )
            .unwrap();
        drop(ledger);
        let ledger = Ledger::open(&path).unwrap();
        assert!(ledger.knows(&kept) && !ledger.knows(&lost));
        let contents = ledger.contents();
        let place = contents.place(&kept).unwrap();
        assert_eq!((place.pack, place.offset, place.raw), (0, 5, 7));
        assert_eq!(
            contents.packs[0].in_catalogue(4).fragments,
            [Hash32([9; 32]); 3]
        );
        assert_eq!(
            contents.unfinished(),
            Some(Unfinished {
                run,
                ending: None,
                lost_bytes: 200
            })
        );
        drop(contents);
        ledger
            .record(Record::Ended {
                run,
                sequence: Sequence::FIRST,
                hash: Hash32([3; 32]),
                holders: Holders::all(2),
                figures: Figures::default(),
            })
            .unwrap();
        ledger.record(Record::Healed { cloud: 3 }).unwrap();
        let contents = ledger.contents();
        assert_eq!(contents.unfinished(), None);
        assert_eq!(contents.packs[0].holders, Holders::all(3));
        assert_eq!(contents.ended.unwrap().holders, Holders::all(3));
    }
}
