//! One target for each parser of the vault: whatever the bytes, it returns, and what it takes it can write again.
//!
//! `cargo xtask fuzz` runs them under libFuzzer; a test of the vault runs them over the corpus and some thousand changes of it.

use std::cell::RefCell;
use std::fs;

use snapshot::Package;
use tempfile::TempDir;
use uuid::Uuid;
use vault::backup::Settings;
use vault::cut::{CutError, Dialect, Encoding, Extents, TableCutter, TableShape};
use vault::keys::{
    Contribution, CustodianFile, CustodianShare, Custodians, MasterPublic, SessionKey,
    SessionPublic,
};
use vault::object::{
    Catalogue, ContentHash, ContentKey, Descriptor, Envelope, EpochKey, EpochObject, Generation,
    Head, Keyring, Manifest, ObjectKind, PackId, RecipeReader, RepositoryId, RepositoryKey,
    RootManifest, SourceManifest, Witness, encode_recipe, head_sequence,
};
use vault::pack::{Class, open, seal};
use zeroize::Zeroizing;

/// A target and its name, which is also that of its folder in the corpus.
type Target = (&'static str, fn(&[u8]));

pub(crate) const ALL: &[Target] = &[
    ("share", share),
    ("words", words),
    ("master", master),
    ("session", session),
    ("contribution", contribution),
    ("custodians", custodians),
    ("envelope", envelope),
    ("descriptor", descriptor),
    ("keyring", keyring),
    ("epoch", epoch),
    ("head", head),
    ("witness", witness),
    ("catalogue", catalogue),
    ("root_manifest", root_manifest),
    ("source_manifest", source_manifest),
    ("recipe", recipe),
    ("pack", pack),
    ("settings", settings),
    ("data_package", data_package),
    ("table", table),
];

const REPOSITORY: RepositoryId = RepositoryId(Uuid::nil());

/// What was taken must be written, and then taken again as the same.
macro_rules! comes_back {
    ($type:ty, $bytes:expr) => {
        if let Ok(read) = <$type>::from_bytes($bytes) {
            let written = read.to_bytes().expect("what was read can be written");
            let again = <$type>::from_bytes(&written).expect("what was written can be read");
            let rewritten = again.to_bytes().expect("what was read can be written");
            assert!(written == rewritten, "it changes from writing to writing");
        }
    };
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap_or_default()
}

fn known_master() -> MasterPublic {
    let known = include_bytes!("../corpus/master/known");
    MasterPublic::from_bytes(known).expect("the corpus holds a master.pub")
}

fn share(bytes: &[u8]) {
    comes_back!(CustodianShare, bytes);
    if let Ok(share) = CustodianShare::from_bytes(bytes) {
        let _ = share.belongs(&known_master());
    }
}

fn words(bytes: &[u8]) {
    let custodian = bytes.first().copied().unwrap_or_default();
    let said = text(bytes.get(1..).unwrap_or_default());
    if let Ok(share) = CustodianShare::from_words(&known_master(), custodian, said) {
        let again = share.words().expect("a share has words");
        let again = CustodianShare::from_words(&known_master(), custodian, &again);
        assert!(again.is_ok(), "a share's own words do not give it back");
    }
}

fn master(bytes: &[u8]) {
    comes_back!(MasterPublic, bytes);
}

fn session(bytes: &[u8]) {
    comes_back!(SessionPublic, bytes);
    comes_back!(SessionKey, bytes);
}

fn contribution(bytes: &[u8]) {
    comes_back!(Contribution, bytes);
}

/// Any file that a custodian may bring.
fn custodians(bytes: &[u8]) {
    let known = include_bytes!("../corpus/session/key");
    let key = SessionKey::from_bytes(known).expect("the corpus holds a session.key");
    let file = CustodianFile {
        name: "custodian".into(),
        bytes: bytes.to_vec().into(),
    };
    let gathered = Custodians::gather(&known_master(), &[file], Some(&key));
    assert!(gathered.is_err(), "one custodian is never enough");
}

fn envelope(bytes: &[u8]) {
    let kinds = [
        ObjectKind::Repository,
        ObjectKind::Keyring,
        ObjectKind::Epoch,
        ObjectKind::Head,
    ];
    let known = include_bytes!("../corpus/envelope/descriptor");
    let (descriptor, _, _) = Descriptor::open(known).expect("the corpus holds a descriptor");
    let keys = descriptor.keys().expect("a descriptor has keys");
    for kind in kinds {
        let _ = Envelope::open(kind, bytes, &keys);
    }
    let _ = Descriptor::open(bytes);
}

fn descriptor(bytes: &[u8]) {
    comes_back!(Descriptor, bytes);
}

fn keyring(bytes: &[u8]) {
    comes_back!(Keyring, bytes);
}

fn epoch(bytes: &[u8]) {
    comes_back!(EpochObject, bytes);
}

fn head(bytes: &[u8]) {
    comes_back!(Head, bytes);
}

fn witness(bytes: &[u8]) {
    if let Ok(witness) = text(bytes).parse::<Witness>() {
        assert!(witness.to_string().parse::<Witness>().as_ref() == Ok(&witness));
    }
    let _ = head_sequence(text(bytes));
}

fn catalogue(bytes: &[u8]) {
    let clouds = bytes.first().map_or(3, |byte| byte % 16 + 1);
    let rest = bytes.get(1..).unwrap_or_default();
    if let Ok(read) = Catalogue::from_bytes(rest, clouds) {
        let written = read.to_bytes().expect("what was read can be written");
        let again = Catalogue::from_bytes(&written, clouds).expect("and read again");
        assert!(again.fragments_root() == read.fragments_root());
    }
}

fn root_manifest(bytes: &[u8]) {
    comes_back!(RootManifest, bytes);
}

fn source_manifest(bytes: &[u8]) {
    comes_back!(SourceManifest, bytes);
}

fn recipe(bytes: &[u8]) {
    let read: Result<Vec<_>, _> = RecipeReader::new(bytes).collect();
    if let Ok(segments) = read {
        assert!(encode_recipe(segments) == bytes, "a recipe has two forms");
    }
}

/// A sealed pack with bytes of it changed, or of another length.
fn pack(bytes: &[u8]) {
    let key = EpochKey::from_bytes(Zeroizing::new([3; 32]));
    let id = PackId([5; 16]);
    let open = |sealed: Vec<u8>| open(&key, REPOSITORY, Generation::FIRST, &id, sealed);
    let _ = open(bytes.to_vec());
    let mut sealed = seal(
        &key,
        REPOSITORY,
        Generation::FIRST,
        &id,
        Class::Small,
        b"content",
    )
    .expect("seven bytes fit");
    let whole = sealed.clone();
    for change in bytes.chunks_exact(3) {
        let at = usize::from(change[0]) << 8 | usize::from(change[1]);
        sealed[at] ^= change[2];
    }
    let was_changed = sealed != whole;
    assert!(open(sealed).is_err() == was_changed, "a changed pack opens");
}

fn settings(bytes: &[u8]) {
    with_file("vault.toml", bytes, |folder| {
        if let Ok(settings) = Settings::load(&folder.join("vault.toml")) {
            let text = settings.to_text().expect("what was read can be written");
            fs::write(folder.join("again.toml"), text).expect("a scratch folder");
            let again = Settings::load(&folder.join("again.toml"));
            assert!(
                again.is_ok_and(|again| again == settings),
                "vault.toml changes"
            );
        }
    });
}

fn data_package(bytes: &[u8]) {
    with_file("datapackage.json", bytes, |folder| {
        let _ = Package::open(folder);
    });
}

fn with_file(name: &str, bytes: &[u8], then: impl FnOnce(&std::path::Path)) {
    thread_local!(static SCRATCH: TempDir = tempfile::tempdir().expect("a scratch folder"));
    SCRATCH.with(|folder| {
        fs::write(folder.path().join(name), bytes).expect("a scratch folder");
        then(folder.path());
    });
}

/// Extents in memory.
#[derive(Default)]
struct Shelf(RefCell<Vec<Vec<u8>>>);

fn content_key() -> ContentKey {
    RepositoryKey::from_bytes(Zeroizing::new([7; 32])).content_key(REPOSITORY, Generation::FIRST)
}

impl Extents for Shelf {
    fn put(&mut self, raw: Vec<u8>) -> Result<ContentHash, CutError> {
        let hash = content_key().hash(&raw);
        self.0.borrow_mut().push(raw);
        Ok(hash)
    }

    fn knows(&self, hash: &ContentHash) -> bool {
        self.0
            .borrow()
            .iter()
            .any(|raw| content_key().hash(raw) == *hash)
    }
}

/// Two days of a table: both come back byte for byte, whatever stands in them.
fn table(bytes: &[u8]) {
    let Some((&how, rows)) = bytes.split_first() else {
        return;
    };
    let day = rows.len() / 2;
    let shape = TableShape {
        name: "table".into(),
        key_columns: (0..usize::from(how & 3)).collect(),
        dialect: Dialect {
            delimiter: if how & 4 == 0 { b',' } else { b'|' },
            quote: b'"',
            encoding: if how & 8 == 0 {
                Encoding::Utf8
            } else {
                Encoding::Big5
            },
        },
        header: how & 16 == 0,
    };
    let scratch = tempfile::tempdir().expect("a scratch folder");
    let (mut shelf, mut previous) = (Shelf::default(), None);
    for file in [&rows[..day], rows] {
        let cutter = TableCutter::new(
            shape.clone(),
            previous.take(),
            &content_key(),
            scratch.path(),
        );
        let mut cutter = cutter.expect("a scratch folder");
        let cut = cutter
            .cut(file, &mut shelf)
            .expect("odd bytes are no error");
        let mut back = Vec::new();
        let stored = shelf.0.borrow();
        for segment in &cut.segments {
            let hash = cut.extents[segment.extent as usize];
            let extent = stored.iter().find(|raw| content_key().hash(raw) == hash);
            let extent = extent.expect("an extent that was put");
            let start = segment.offset as usize;
            back.extend_from_slice(&extent[start..start + segment.length as usize]);
        }
        assert!(back == file, "the table is another one");
        drop(stored);
        previous = Some(cutter.finish().expect("a scratch folder"));
    }
}
