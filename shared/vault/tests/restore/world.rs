//! A vault of known content on folders, written with the primitives of the format and no writer.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use runtime::clock::{ManualClock, SharedClock};
use serde_json::json;
use url::Url;
use vault::cloud::CloudSettings;
use vault::keys::{EpochSecret, GenerationPublic, MasterPublic, MasterSecret};
use vault::object::{
    Catalogue, CataloguePack, CloudId, CloudNumber, Codec, ContentKey, Descriptor, Envelope,
    EpochObject, Extent, FileEntry, Generation, Hash32, Head, HeadParts, Keyring, Manifest as _,
    Names, ObjectKind, PackId, Part, RepositoryId, RepositoryKey, RootManifest, RootPointer, Run,
    Segment, SigningKeys, SourceEntry, SourceKind, SourceManifest, Witness, encode_recipe,
};
use vault::pack::{Class, Code, seal};
use vault::restore::{Asked, Choice, Restore, RestoreError, Sink, Unheard, Whereabouts};
use zeroize::Zeroizing;

/// What a source is to be.
pub(crate) struct Source {
    pub(crate) name: &'static str,
    pub(crate) system: Option<&'static str>,
    pub(crate) tier: Option<u8>,
    /// Path, table, content.
    pub(crate) files: Vec<(String, Option<&'static str>, Vec<u8>)>,
}

pub(crate) struct World {
    pub(crate) dir: PathBuf,
    pub(crate) need: u8,
    pub(crate) ids: Vec<CloudId>,
    pub(crate) repository: RepositoryId,
    pub(crate) repository_key: RepositoryKey,
    pub(crate) fingerprint: Hash32,
    pub(crate) clock: Arc<ManualClock>,
    signing: SigningKeys,
    master: MasterPublic,
    seed: [u8; 32],
    generation: Generation,
    generation_public: Option<GenerationPublic>,
    pub(crate) newest: Option<Witness>,
    pub(crate) newest_head: Option<Head>,
}

pub(crate) fn start() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

impl World {
    pub(crate) fn new(dir: &Path, need: u8, clouds: u8) -> Self {
        let seed = [need ^ clouds; 32];
        let secret = MasterSecret::from_bytes(Zeroizing::new(seed));
        let master = json!({
            "format": "lifeboat-master/1", "ceremony": RepositoryId::generate().unwrap(), "created": start(),
            "threshold": 2, "custodians": 3, "public_key": secret.public_key().unwrap(),
            "share_commitments": [Hash32([1; 32]), Hash32([2; 32]), Hash32([3; 32])],
        });
        let master = MasterPublic::from_bytes(&serde_json::to_vec(&master).unwrap()).unwrap();
        let signing = SigningKeys::generate().unwrap();
        let ids: Vec<_> = (0..clouds).map(|_| CloudId::generate().unwrap()).collect();
        let repository = RepositoryId::generate().unwrap();
        let keys = signing.verifying().unwrap();
        let descriptor = Descriptor::new(
            repository,
            start(),
            need,
            ids.clone(),
            &keys,
            master.clone(),
        )
        .unwrap();
        let envelope = descriptor.seal(&signing).unwrap();
        let mut world = Self {
            dir: dir.to_owned(),
            need,
            ids,
            repository,
            repository_key: RepositoryKey::generate().unwrap(),
            fingerprint: envelope.hash(),
            clock: ManualClock::new(start()),
            signing,
            master,
            seed,
            generation: Generation::FIRST,
            generation_public: None,
            newest: None,
            newest_head: None,
        };
        for i in world.numbers() {
            let bytes = envelope.clone().for_cloud(i).to_bytes().unwrap();
            world.put(i, &world.names(i).descriptor(), &bytes);
        }
        world.new_generation(Generation::FIRST);
        world
    }

    pub(crate) fn numbers(&self) -> Vec<CloudNumber> {
        let count = u8::try_from(self.ids.len()).unwrap();
        (1..=count).filter_map(CloudNumber::new).collect()
    }

    pub(crate) fn names(&self, i: CloudNumber) -> Names {
        let id = self.ids[usize::from(i.get()) - 1];
        Names::new(&self.repository_key, self.repository, id, i)
    }

    pub(crate) fn cloud_dir(&self, i: u8) -> PathBuf {
        self.dir.join(format!("cloud-{i}"))
    }

    pub(crate) fn put(&self, i: CloudNumber, name: &str, bytes: &[u8]) {
        let path = self.cloud_dir(i.get()).join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub(crate) fn new_generation(&mut self, generation: Generation) {
        let (keyring, public) = Keyring::create(
            &self.master,
            self.repository,
            generation,
            &self.repository_key,
            self.clock_now(),
        )
        .unwrap();
        let payload = keyring.to_bytes().unwrap();
        let envelope = Envelope::seal(ObjectKind::Keyring, &payload, &self.signing).unwrap();
        for i in self.numbers() {
            self.put(
                i,
                &self.names(i).keyring(generation),
                &envelope.to_bytes().unwrap(),
            );
        }
        self.generation = generation;
        self.generation_public = Some(public);
    }

    fn clock_now(&self) -> DateTime<Utc> {
        runtime::clock::Clock::now(&*self.clock)
    }

    /// A finished backup of these sources.
    pub(crate) fn run(&mut self, sources: &[Source]) -> Witness {
        let clouds = u8::try_from(self.ids.len()).unwrap();
        let public = self.generation_public.clone().unwrap();
        let (key, parts) =
            EpochSecret::create(&public, self.repository, self.generation, self.need, clouds)
                .unwrap();
        let object = EpochObject::new(self.repository, self.generation, self.clock_now(), &parts);
        let payload = object.to_bytes().unwrap();
        let envelope = Envelope::seal(ObjectKind::Epoch, &payload, &self.signing).unwrap();
        for (i, share) in self.numbers().into_iter().zip(&parts.shares) {
            let bytes = envelope
                .clone()
                .with_share(share.expose())
                .to_bytes()
                .unwrap();
            self.put(i, &self.names(i).epoch(&parts.epoch), &bytes);
        }
        let mut packing = Packing {
            world: self,
            content_key: self
                .repository_key
                .content_key(self.repository, self.generation),
            key: &key,
            packs: Vec::new(),
        };
        let (mut entries, mut root_packs) = (Vec::new(), Vec::new());
        for source in sources {
            let (mut entry, pack) = packing.source(source);
            entry.extents[0].pack = u32::try_from(root_packs.len()).unwrap();
            root_packs.push(pack);
            entries.push(entry);
        }
        let root = RootManifest::new(packing.world.clock_now(), root_packs, entries).unwrap();
        let (pack, extent) = packing.pack(&root.to_bytes().unwrap());
        let packs = packing.packs;
        let run = Run::generate().unwrap();
        let pointer = RootPointer {
            packs: vec![pack],
            extents: vec![extent],
        };
        let catalogue =
            Catalogue::new(clouds, vec![(parts.epoch, envelope.hash())], packs).unwrap();
        let sealed = catalogue
            .seal(
                &self.repository_key.catalogue_key(self.repository, run),
                run,
            )
            .unwrap();
        for i in self.numbers() {
            for (j, piece) in (0..).zip(&sealed.pieces) {
                self.put(i, &self.names(i).catalogue(&run, j), piece);
            }
        }
        let head = Head::new(HeadParts {
            repository: self.repository,
            generation: self.generation,
            previous: self.newest,
            run,
            created: self.clock_now(),
            expires: self.clock_now() + TimeDelta::days(2),
            need: self.need,
            clouds,
            epoch: (parts.epoch, envelope.hash()),
            catalogue: sealed.reference,
            fragments_root: catalogue.fragments_root(),
            root: pointer.seal(&key, self.repository, run).unwrap(),
        })
        .unwrap();
        let witness = self.put_head(&head);
        self.newest = Some(witness);
        self.newest_head = Some(head);
        witness
    }

    pub(crate) fn put_head(&self, head: &Head) -> Witness {
        let envelope = self.sign_head(head);
        for i in self.numbers() {
            self.put(
                i,
                &self.names(i).head(head.sequence),
                &envelope.to_bytes().unwrap(),
            );
        }
        Witness {
            sequence: head.sequence,
            hash: envelope.hash(),
        }
    }

    pub(crate) fn place(&self) -> Whereabouts {
        self.place_in(&self.dir)
    }

    /// A copy of the clouds in another folder.
    pub(crate) fn place_in(&self, dir: &Path) -> Whereabouts {
        let settings = self
            .numbers()
            .into_iter()
            .map(|i| settings(dir, "number", i.get()));
        let mut place = Whereabouts::new(settings.collect(), Some(self.fingerprint));
        place.opener = crate::troubled::open;
        place
    }

    pub(crate) fn sign_head(&self, head: &Head) -> Envelope {
        let payload = head.to_bytes().unwrap();
        Envelope::seal(ObjectKind::Head, &payload, &self.signing).unwrap()
    }

    pub(crate) fn clock(&self) -> SharedClock {
        Arc::clone(&self.clock) as SharedClock
    }

    pub(crate) fn master(&self) -> MasterSecret {
        MasterSecret::from_bytes(Zeroizing::new(self.seed))
    }

    pub(crate) async fn open_asked(
        &self,
        dir: &Path,
        asked: Asked,
    ) -> Result<Restore, RestoreError> {
        Restore::open(
            &self.place_in(dir),
            asked,
            |_| Ok(self.master()),
            &self.clock(),
        )
        .await
    }

    /// Restores the newest backup into a folder.
    pub(crate) async fn restore(&self, to: &Path) {
        let plan = self.open().await.unwrap().plan(&Choice::default()).await;
        let done = plan
            .unwrap()
            .run(Sink::Folder(to.to_owned()), Arc::new(Unheard));
        done.await.unwrap();
    }

    pub(crate) async fn open(&self) -> Result<Restore, RestoreError> {
        self.open_asked(&self.dir, Asked::default()).await
    }
}

/// The cloud of this number in a folder; its name says how it behaves.
pub(crate) fn settings(dir: &Path, name: &str, i: u8) -> CloudSettings {
    let url = Url::from_file_path(dir.join(format!("cloud-{i}"))).unwrap();
    let mut settings = CloudSettings::new(format!("{name}-{i}"), url);
    settings.patience_seconds = std::num::NonZeroU32::MIN;
    settings
}

struct Packing<'a> {
    world: &'a World,
    content_key: ContentKey,
    key: &'a vault::object::EpochKey,
    packs: Vec<CataloguePack>,
}

impl Packing<'_> {
    /// Puts bytes into a pack of their own.
    fn pack(&mut self, raw: &[u8]) -> (PackId, Extent) {
        let World {
            repository,
            generation,
            need,
            ..
        } = self.world;
        let stored = zstd::bulk::compress(raw, 3).unwrap();
        let id = PackId::generate().unwrap();
        let class = Class::Small;
        let sealed = seal(
            self.key,
            *repository,
            *generation,
            &id,
            class,
            stored.as_slice(),
        )
        .unwrap();
        let clouds = u8::try_from(self.world.ids.len()).unwrap();
        let fragments = Code::new(*need, clouds).unwrap().split(sealed).unwrap();
        for (i, fragment) in self.world.numbers().into_iter().zip(&fragments) {
            self.world
                .put(i, &self.world.names(i).fragment(&id), fragment);
        }
        let hashes = fragments
            .iter()
            .map(|one| Hash32(*blake3::hash(one).as_bytes()));
        self.packs.push(CataloguePack {
            pack: id,
            epoch: 0,
            class: class.index(),
            fragments: hashes.collect(),
        });
        let extent = Extent {
            pack: 0,
            offset: 0,
            stored: u32::try_from(stored.len()).unwrap(),
            raw: u32::try_from(raw.len()).unwrap(),
            codec: Codec::Zstd,
            hash: self.content_key.hash(raw),
        };
        (id, extent)
    }

    fn source(&mut self, source: &Source) -> (SourceEntry, PackId) {
        let (mut packs, mut extents, mut files) = (Vec::new(), Vec::new(), Vec::new());
        for (path, table, content) in &source.files {
            let mut segments = Vec::new();
            for piece in content.chunks(20_000) {
                let (pack, mut extent) = self.pack(piece);
                extent.pack = u32::try_from(packs.len()).unwrap();
                packs.push(pack);
                segments.push(Segment {
                    extent: u32::try_from(extents.len()).unwrap(),
                    offset: 0,
                    length: extent.raw,
                });
                extents.push(extent);
            }
            files.push(FileEntry {
                path: path.clone(),
                bytes: content.len() as u64,
                blake3: Hash32(*blake3::hash(content).as_bytes()),
                executable: false,
                table: table.map(str::to_owned),
                recipe: encode_recipe(segments),
                parts: table.map_or_else(Vec::new, |_| parts(content)),
            });
        }
        let rows = files.iter().map(FileEntry::rows).sum();
        let bytes = files.iter().map(|file| file.bytes).sum();
        let count = files.len() as u64;
        let manifest = SourceManifest::new(packs, extents, files).unwrap();
        let (pack, extent) = self.pack(&manifest.to_bytes().unwrap());
        let entry = SourceEntry {
            name: source.name.to_owned(),
            kind: SourceKind::Package,
            system: source.system.map(str::to_owned),
            agency: None,
            taken_at: None,
            sequence: None,
            tier: source.tier,
            files: count,
            rows,
            bytes,
            extents: vec![extent],
        };
        (entry, pack)
    }
}

/// Parts of about fifty rows: every row begins with its key.
fn parts(content: &[u8]) -> Vec<Part> {
    let text = std::str::from_utf8(content).unwrap();
    let mut rows: Vec<(u64, &str)> = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        rows.push((at, line));
        at += line.len() as u64;
    }
    let key = |line: &str| vec![line.split(',').next().unwrap().to_owned()];
    let parts = rows[1..].chunks(50).map(|rows| Part {
        first: key(rows[0].1),
        last: key(rows[rows.len() - 1].1),
        rows: rows.len() as u64,
        offset: rows[0].0,
        bytes: rows.iter().map(|(_, line)| line.len() as u64).sum(),
    });
    parts.collect()
}

/// Every file below a folder, by its path there.
pub(crate) fn tree(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![dir.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(dir).unwrap().to_str().unwrap().to_owned();
                files.insert(name, fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Copies a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    for (path, bytes) in tree(from) {
        let path = to.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}
