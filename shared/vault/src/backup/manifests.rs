//! What a run wrote down of itself: a manifest for each source, and the root manifest over them.

use std::collections::HashMap;

use chrono::{DateTime, Utc};

use super::BackupError;
use super::cutting::CutSource;
use super::ledger::{Contents, Ledger};
use super::pipeline::{Inlet, Pipeline};
use crate::cut::Extents as _;
use crate::object::{
    ContentHash, Extent, Manifest as _, ObjectFault, PackId, RootManifest, RootPointer,
    SourceEntry, SourceKind, SourceManifest,
};
use crate::source::Kind;

/// Pieces of a manifest have at least and at most so many bytes: short ones fit into small packs.
const PIECE: (usize, usize) = (128 * 1024, 4 * 1024 * 1024);

/// What was stored of the manifests.
#[derive(Debug)]
pub(crate) struct Written {
    /// Where the root manifest lies.
    pub(crate) root: RootPointer,
    /// Indices, in the ledger, of all packs that the restore point needs.
    pub(crate) packs: Vec<u32>,
}

/// Stores the manifests of all sources, then the root manifest.
pub(crate) async fn write(
    pipeline: &Pipeline,
    mut sources: Vec<CutSource>,
    taken_at: DateTime<Utc>,
) -> Result<Written, BackupError> {
    let mut needed = Needed::default();
    let mut manifests = Vec::with_capacity(sources.len());
    for source in &mut sources {
        manifests.push(manifest(&pipeline.shared.ledger, source, &mut needed)?);
    }
    let counts: Vec<u64> = manifests
        .iter()
        .map(|manifest| manifest.files.len() as u64)
        .collect();
    let stored = pipeline
        .phase(move |inlet| {
            let stored = manifests
                .into_iter()
                .map(|manifest| put(&inlet, &manifest.to_bytes()?));
            stored.collect::<Result<Vec<_>, BackupError>>()
        })
        .await?;
    let mut packs = Packs::default();
    let mut entries = Vec::with_capacity(sources.len());
    {
        let contents = pipeline.shared.ledger.contents();
        for ((source, pieces), files) in sources.iter().zip(&stored).zip(counts) {
            let extents = packs.extents(&contents, pieces, &mut needed)?;
            entries.push(entry(source, files, extents));
        }
    }
    let root = RootManifest::new(taken_at, packs.ids, entries)?.to_bytes()?;
    let pieces = pipeline.phase(move |inlet| put(&inlet, &root)).await?;
    let mut packs = Packs::default();
    let extents = packs.extents(&pipeline.shared.ledger.contents(), &pieces, &mut needed)?;
    Ok(Written {
        root: RootPointer {
            packs: packs.ids,
            extents,
        },
        packs: needed.packs,
    })
}

/// Packs of a restore point, each once, in the order in which they were found.
#[derive(Debug, Default)]
struct Needed {
    packs: Vec<u32>,
    seen: std::collections::HashSet<u32>,
}

/// Packs of one manifest.
#[derive(Debug, Default)]
struct Packs {
    ids: Vec<PackId>,
    index: HashMap<u32, u32>,
}

impl Packs {
    /// Where these extents lie.
    fn extents(
        &mut self,
        contents: &Contents,
        hashes: &[ContentHash],
        needed: &mut Needed,
    ) -> Result<Vec<Extent>, BackupError> {
        let lost = || ObjectFault::new("manifest", "extents", "one was not stored");
        let mut extents = Vec::with_capacity(hashes.len());
        for hash in hashes {
            let place = contents.place(hash).ok_or_else(lost)?;
            let pack = contents.packs.get(place.pack as usize).ok_or_else(lost)?;
            if needed.seen.insert(place.pack) {
                needed.packs.push(place.pack);
            }
            let fresh = u32::try_from(self.ids.len()).map_err(|_| lost())?;
            let index = *self.index.entry(place.pack).or_insert_with(|| {
                self.ids.push(pack.id);
                fresh
            });
            extents.push(Extent {
                pack: index,
                offset: place.offset,
                stored: place.stored,
                raw: place.raw,
                codec: place.codec,
                hash: *hash,
            });
        }
        Ok(extents)
    }
}

fn manifest(
    ledger: &Ledger,
    source: &mut CutSource,
    needed: &mut Needed,
) -> Result<SourceManifest, BackupError> {
    let mut packs = Packs::default();
    let extents = packs.extents(&ledger.contents(), &source.extents, needed)?;
    let files = source.take_files();
    Ok(SourceManifest::new(packs.ids, extents, files)?)
}

/// Stores bytes as pieces in packs of their own.
fn put(inlet: &Inlet, bytes: &[u8]) -> Result<Vec<ContentHash>, BackupError> {
    let mut intake = inlet.group();
    let piece = (bytes.len() / 8).clamp(PIECE.0, PIECE.1);
    let mut hashes = Vec::new();
    for piece in bytes.chunks(piece) {
        let hash = intake.put(piece.to_vec());
        let hash = hash.map_err(|source| BackupError::Cut {
            path: "a manifest".to_owned(),
            source,
        })?;
        hashes.push(hash);
    }
    intake.close();
    Ok(hashes)
}

fn entry(source: &CutSource, files: u64, extents: Vec<Extent>) -> SourceEntry {
    let head = &source.head;
    SourceEntry {
        name: head.name.clone(),
        kind: match head.kind {
            Kind::Package => SourceKind::Package,
            Kind::Folder => SourceKind::Folder,
            Kind::Database => SourceKind::Database,
        },
        system: head.system.clone(),
        agency: head.agency.clone(),
        taken_at: head.taken_at,
        sequence: head.sequence,
        tier: head.tier,
        files,
        rows: source.rows,
        bytes: source.bytes,
        extents,
    }
}
