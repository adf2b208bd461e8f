//! Catalogues and manifests: read back, sealed by piece, refused when they contradict themselves.

use ciborium::Value;
use proptest::prelude::*;

use super::{REPOSITORY, RUN, day, extent, head, pack, repository_key};
use crate::object::{
    CATALOGUE_PIECE, Catalogue, CataloguePack, EXTENT_AT_MOST, Epoch, EpochKey, Extent, FileEntry,
    Hash32, Manifest as _, Part, RootManifest, RootPointer, Run, Segment, SourceEntry, SourceKind,
    SourceManifest, encode_recipe,
};

fn catalogue(packs: usize) -> Catalogue {
    let packs = (0..packs)
        .map(|at| CataloguePack {
            pack: crate::object::PackId(u128::try_from(at).unwrap().to_be_bytes()),
            epoch: u32::try_from(at % 2).unwrap(),
            class: u8::try_from(at % 4).unwrap(),
            fragments: vec![Hash32([7; 32]); 3],
        })
        .collect();
    let epochs = (1..=2u8)
        .map(|at| (Epoch(uuid::Uuid::from_bytes([at; 16])), Hash32([at; 32])))
        .collect();
    Catalogue::new(3, epochs, packs).unwrap()
}

fn file(path: &str, table: Option<&str>) -> FileEntry {
    FileEntry {
        path: path.into(),
        bytes: 30,
        blake3: Hash32([8; 32]),
        executable: false,
        table: table.map(Into::into),
        recipe: encode_recipe([
            Segment {
                extent: 0,
                offset: 10,
                length: 20,
            },
            Segment {
                extent: 1,
                offset: 0,
                length: 10,
            },
        ]),
        parts: Vec::new(),
    }
}

fn part(offset: u64, bytes: u64) -> Part {
    Part {
        first: vec!["A".into()],
        last: vec!["B".into()],
        rows: 2,
        offset,
        bytes,
    }
}

fn source(files: Vec<FileEntry>) -> Result<SourceManifest, crate::object::ObjectFault> {
    let extents = vec![extent(0, 0, 30), extent(1, 0, 10)];
    SourceManifest::new(vec![pack(1), pack(2)], extents, files)
}

fn entry(name: &str) -> SourceEntry {
    SourceEntry {
        name: name.into(),
        kind: SourceKind::Package,
        system: Some("household".into()),
        agency: None,
        taken_at: Some(day()),
        sequence: Some(4),
        tier: Some(0),
        files: 1,
        rows: 2,
        bytes: 30,
        extents: vec![extent(0, 0, 100)],
    }
}

#[test]
fn a_catalogue_of_any_size_is_sealed_and_opened() {
    let key = repository_key().catalogue_key(REPOSITORY, RUN);
    for (packs, pieces) in [(0, 1), (1, 1), (2000, 1), (75_000, 2)] {
        let catalogue = catalogue(packs);
        let sealed = catalogue.seal(&key, RUN).unwrap();
        assert_eq!(sealed.pieces.len(), pieces, "{packs} packs");
        assert!(
            sealed
                .pieces
                .iter()
                .all(|piece| piece.len() <= CATALOGUE_PIECE)
        );
        if pieces == 1 {
            assert_eq!((sealed.pieces[0].len() - 16) % 65_520, 0);
        }
        let opened = Catalogue::open(&sealed.pieces, &sealed.reference, &key, RUN, 3).unwrap();
        assert_eq!(opened, catalogue);
        let other = repository_key().catalogue_key(REPOSITORY, Run(uuid::Uuid::nil()));
        assert!(Catalogue::open(&sealed.pieces, &sealed.reference, &other, RUN, 3).is_err());
        let mut changed = sealed.pieces.clone();
        changed[pieces - 1][5] ^= 1;
        let fault = Catalogue::open(&changed, &sealed.reference, &key, RUN, 3).unwrap_err();
        assert_eq!(fault.field, "hash");
        let fault = Catalogue::open(&changed[1..], &sealed.reference, &key, RUN, 3);
        assert_eq!(fault.unwrap_err().field, "pieces");
    }
}

#[test]
fn pieces_of_a_catalogue_cannot_change_places() {
    let key = repository_key().catalogue_key(REPOSITORY, RUN);
    let mut sealed = catalogue(130_000).seal(&key, RUN).unwrap();
    sealed.pieces.swap(0, 1);
    let parts: Vec<&[u8]> = sealed.pieces.iter().map(AsRef::as_ref).collect();
    sealed.reference.hash = crate::object::primitives::sha256(&parts);
    let fault = Catalogue::open(&sealed.pieces, &sealed.reference, &key, RUN, 3).unwrap_err();
    assert_eq!(fault.field, "piece 0");
}

#[test]
fn a_catalogue_that_contradicts_itself_is_refused() {
    let good = catalogue(4);
    let with = |change: fn(&mut Catalogue)| {
        let mut catalogue = good.clone();
        change(&mut catalogue);
        let bytes = catalogue.to_bytes().unwrap();
        Catalogue::from_bytes(&bytes, 3).unwrap_err().field
    };
    assert_eq!(with(|c| c.packs[1].epoch = 2), "packs[1]");
    assert_eq!(with(|c| c.packs[2].fragments.truncate(2)), "packs[2]");
    assert_eq!(with(|c| c.packs[3].pack = c.packs[0].pack), "packs");
    assert_eq!(with(|c| c.epochs[1] = c.epochs[0]), "epochs");
    assert_eq!(with(|c| c.packs[0].class = 4), "object");
    let padded = [good.to_bytes().unwrap(), vec![0; 40]].concat();
    assert_eq!(Catalogue::from_bytes(&padded, 3).unwrap(), good);
    let trailed = [padded, vec![1]].concat();
    assert!(Catalogue::from_bytes(&trailed, 3).is_err());
}

#[test]
fn the_tree_covers_every_fragment_of_every_cloud() {
    let good = catalogue(5);
    let root = good.fragments_root();
    for pack in 0..5 {
        for cloud in 0..3 {
            let mut changed = good.clone();
            changed.packs[pack].fragments[cloud] = Hash32([9; 32]);
            assert_ne!(changed.fragments_root(), root);
        }
    }
    let mut swapped = good;
    swapped.packs.swap(0, 1);
    assert_ne!(swapped.fragments_root(), root);
}

#[test]
fn manifests_are_read_back() {
    let mut table = file("person/0001.csv", Some("person"));
    table.parts = vec![part(5, 10), part(15, 15)];
    let source = source(vec![table, file("read me: \\ 1.txt", None)]).unwrap();
    assert_eq!(source.files[0].rows(), 4);
    let again = SourceManifest::from_bytes(&source.to_bytes().unwrap()).unwrap();
    assert_eq!(again, source);
    let root = RootManifest::new(day(), vec![pack(1)], vec![entry("a"), entry("b")]).unwrap();
    let again = RootManifest::from_bytes(&root.to_bytes().unwrap()).unwrap();
    assert_eq!(again, root);
    for bytes in [source.to_bytes().unwrap(), root.to_bytes().unwrap()] {
        let padded = [bytes, vec![0]].concat();
        assert!(SourceManifest::from_bytes(&padded).is_err());
        assert!(RootManifest::from_bytes(&padded).is_err());
    }
}

#[test]
fn a_path_that_leads_elsewhere_is_refused() {
    for path in [
        "",
        "/etc/passwd",
        "../up",
        "a/../b",
        "a//b",
        "a/",
        "./a",
        "a/.",
        "a\0b",
    ] {
        let fault = source(vec![file(path, None)]).unwrap_err();
        assert_eq!(fault.field, "files[0].path", "{path:?}");
    }
    let twice = source(vec![file("a", None), file("a", None)]).unwrap_err();
    assert_eq!(twice.field, "files[1].path");
    let both = source(vec![file("a/b/c", None), file("a/b", None)]).unwrap_err();
    assert_eq!(both.field, "files");
    for name in ["", ".", "..", "a/b", "a\\b", "c:", "a\n"] {
        let fault = RootManifest::new(day(), vec![pack(1)], vec![entry(name)]).unwrap_err();
        assert_eq!(fault.field, "sources[0].name", "{name:?}");
    }
}

#[test]
fn a_recipe_that_does_not_give_the_file_is_refused() {
    let refused = |change: fn(&mut FileEntry)| {
        let mut file = file("a", Some("a"));
        change(&mut file);
        source(vec![file]).unwrap_err().field
    };
    let recipe = |extent, offset, length| {
        encode_recipe([Segment {
            extent,
            offset,
            length,
        }])
    };
    assert_eq!(refused(|f| f.bytes = 31), "files[0].recipe");
    assert_eq!(refused(|f| f.recipe.truncate(3)), "files[0].recipe");
    assert_eq!(refused(|f| f.recipe = vec![0x80]), "files[0].recipe");
    for (extent, offset, length) in [(2, 0, 30), (0, 1, 30), (1, 0, 30), (0, u32::MAX - 40, 30)] {
        let mut file = file("a", None);
        file.recipe = recipe(extent, offset, length);
        assert_eq!(source(vec![file]).unwrap_err().field, "files[0].recipe");
    }
    assert_eq!(refused(|f| f.parts = vec![part(0, 31)]), "files[0].parts");
    assert_eq!(
        refused(|f| f.parts = vec![part(10, 5), part(12, 5)]),
        "files[0].parts"
    );
    assert_eq!(
        refused(|f| f.parts = vec![part(u64::MAX, 2)]),
        "files[0].parts"
    );
    assert_eq!(refused(|f| f.parts = vec![part(0, 0)]), "files[0].parts");
}

#[test]
fn an_extent_that_cannot_be_is_refused() {
    let with = |extent: Extent, packs: Vec<_>| {
        let manifest = SourceManifest::new(packs, vec![extent], Vec::new());
        manifest.unwrap_err().field
    };
    assert_eq!(with(extent(1, 0, 1), vec![pack(1)]), "extents[0]");
    assert_eq!(
        with(extent(0, 0, EXTENT_AT_MOST + 1), vec![pack(1)]),
        "extents[0]"
    );
    assert_eq!(with(extent(0, 0, 1), vec![pack(1), pack(1)]), "packs");
    let cbor = |fields: [u32; 5]| {
        let mut list: Vec<Value> = fields.iter().map(|n| Value::from(*n)).collect();
        list.push(Value::Bytes(vec![0; 32]));
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Array(list), &mut bytes).unwrap();
        ciborium::from_reader::<Extent, _>(&bytes[..]).is_ok()
    };
    assert!(cbor([0, 0, 5, 5, 0]) && cbor([0, 0, 5, 9, 1]));
    for wrong in [
        [0, 0, 5, 9, 0],
        [0, 0, 5, 5, 2],
        [0, 0, 0, 5, 1],
        [0, 0, 5, 0, 1],
        [0, u32::MAX, 5, 5, 0],
    ] {
        assert!(!cbor(wrong), "{wrong:?}");
    }
}

#[test]
fn members_of_a_manifest_are_required_once_and_known() {
    let root = RootManifest::new(day(), vec![pack(1)], vec![entry("a")]).unwrap();
    let good: Value = ciborium::from_reader(&root.to_bytes().unwrap()[..]).unwrap();
    let Value::Map(members) = good else {
        panic!("a map");
    };
    let read = |members: Vec<(Value, Value)>| {
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(members), &mut bytes).unwrap();
        RootManifest::from_bytes(&bytes)
    };
    assert_eq!(read(members.clone()).unwrap(), root);
    for at in 0..members.len() {
        let mut lacking = members.clone();
        lacking.remove(at);
        assert!(read(lacking).is_err());
        let mut twice = members.clone();
        twice.push(members[at].clone());
        assert!(read(twice).is_err());
    }
    let mut more = members;
    more.push((Value::from("more"), Value::from(1)));
    assert!(read(more).is_err());
}

#[test]
fn the_root_of_a_head_opens_with_its_epochs_key_only() {
    let key = EpochKey::from_bytes(zeroize::Zeroizing::new([4; 32]));
    let pointer = RootPointer {
        packs: vec![pack(1)],
        extents: vec![extent(0, 0, 100)],
    };
    let sealed = pointer.seal(&key, REPOSITORY, RUN).unwrap();
    assert_eq!(sealed.len(), 1024 + 16);
    let good = head(None, sealed);
    assert_eq!(RootPointer::open(&good, &key).unwrap(), pointer);
    let other = EpochKey::from_bytes(zeroize::Zeroizing::new([5; 32]));
    assert_eq!(RootPointer::open(&good, &other).unwrap_err().field, "root");
    let mut moved = good.clone();
    moved.run = Run(uuid::Uuid::nil());
    assert!(RootPointer::open(&moved, &key).is_err());
    let mut changed = good;
    changed.root[500] ^= 1;
    assert!(RootPointer::open(&changed, &key).is_err());
}

proptest! {
    #[test]
    fn any_bytes_may_stand_where_a_manifest_should(bytes: Vec<u8>, clouds: u8) {
        let _ = Catalogue::from_bytes(&bytes, clouds);
        let _ = RootManifest::from_bytes(&bytes);
        let _ = SourceManifest::from_bytes(&bytes);
    }

    #[test]
    fn a_manifest_with_bytes_changed_is_another_or_refused(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)
    ) {
        let source = source(vec![file("a/b", None)]).unwrap();
        let root = RootManifest::new(day(), vec![pack(1)], vec![entry("a")]).unwrap();
        let catalogue = catalogue(3);
        let mut all = [
            source.to_bytes().unwrap(),
            root.to_bytes().unwrap(),
            catalogue.to_bytes().unwrap(),
        ];
        for bytes in &mut all {
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
        }
        let _ = SourceManifest::from_bytes(&all[0]);
        let _ = RootManifest::from_bytes(&all[1]);
        let _ = Catalogue::from_bytes(&all[2], 3);
    }

    #[test]
    fn a_catalogue_is_read_back(
        packs in prop::collection::btree_map(any::<[u8; 16]>(), (0u32..2, 0u8..4, any::<[[u8; 32]; 4]>()), 0..20)
    ) {
        let packs = packs.into_iter().map(|(pack, (epoch, class, fragments))| CataloguePack {
            pack: crate::object::PackId(pack),
            epoch,
            class,
            fragments: fragments.map(Hash32).to_vec(),
        });
        let good = Catalogue::new(4, catalogue(0).epochs, packs.collect()).unwrap();
        let again = Catalogue::from_bytes(&good.to_bytes().unwrap(), 4).unwrap();
        prop_assert_eq!(again, good);
    }
}
