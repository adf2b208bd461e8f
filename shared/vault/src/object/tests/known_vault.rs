//! A committed set of objects of format version 1, with everything that is in them, so that the format cannot drift.
//!
//! What is random in them — encapsulations, signatures — cannot be made again; they must still be opened. `LIFEBOAT_NEW_FIXTURE=1`
//! writes a new set, for a new version of the format only.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{REPOSITORY, RUN, cloud_ids, day, descriptor, extent, pack, repository_key, signing};
use crate::keys::{
    Contribution, CustodianFile, Custodians, EpochSecret, MasterPublic, SessionKey, ceremony,
    open_session,
};
use crate::object::text::{base64, from_base64};
use crate::object::{
    Catalogue, CataloguePack, CloudNumber, Descriptor, Envelope, EpochObject, Generation, Hash32,
    Head, HeadParts, Keyring, Names, ObjectKind, PackId, RootPointer, Sequence, hex,
};

fn fixture() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/format-1.json")
}

fn text(bytes: &[u8]) -> Value {
    String::from_utf8(bytes.to_vec()).unwrap().into()
}

fn catalogued(at: u8) -> CataloguePack {
    CataloguePack {
        pack: pack(at),
        epoch: 0,
        class: at,
        fragments: (1..=3).map(|i| Hash32([16 * at + i; 32])).collect(),
    }
}

/// One whole set: people's files, what each cloud has, and the secrets that opening must find.
fn new_set() -> Value {
    let new = ceremony::hold(2, 3, day()).unwrap();
    let keys = signing();
    let descriptor = descriptor(new.master.clone());
    let (keyring, public) = Keyring::create(
        &new.master,
        REPOSITORY,
        Generation::FIRST,
        &repository_key(),
        day(),
    )
    .unwrap();
    let (key, parts) = EpochSecret::create(&public, REPOSITORY, Generation::FIRST, 2, 3).unwrap();
    let epoch = EpochObject::new(REPOSITORY, Generation::FIRST, day(), &parts);
    let epoch = Envelope::seal(ObjectKind::Epoch, &epoch.to_bytes().unwrap(), &keys).unwrap();
    let catalogue = Catalogue::new(
        3,
        vec![(parts.epoch, epoch.hash())],
        (1..=3).map(catalogued).collect(),
    )
    .unwrap();
    let catalogue_key = repository_key().catalogue_key(REPOSITORY, RUN);
    let sealed = catalogue.seal(&catalogue_key, RUN).unwrap();
    let pointer = RootPointer {
        packs: vec![pack(3)],
        extents: vec![extent(0, 64, 100)],
    };
    let head = Head::new(HeadParts {
        repository: REPOSITORY,
        generation: Generation::FIRST,
        previous: None,
        run: RUN,
        created: day(),
        expires: day() + chrono::Duration::days(2),
        need: 2,
        clouds: 3,
        epoch: (parts.epoch, epoch.hash()),
        catalogue: sealed.reference,
        fragments_root: catalogue.fragments_root(),
        root: pointer.seal(&key, REPOSITORY, RUN).unwrap(),
    })
    .unwrap();
    let envelope = |kind, payload: Vec<u8>| Envelope::seal(kind, &payload, &keys).unwrap();
    let keyring = envelope(ObjectKind::Keyring, keyring.to_bytes().unwrap());
    let head = envelope(ObjectKind::Head, head.to_bytes().unwrap());
    let mut clouds = Vec::new();
    for (i, id) in descriptor.each_cloud() {
        let names = Names::new(&repository_key(), REPOSITORY, id, i);
        let share = parts.shares[usize::from(i.get()) - 1].expose();
        let described = descriptor.seal(&keys).unwrap().for_cloud(i);
        let objects = BTreeMap::from([
            (names.descriptor(), text(&described.to_bytes().unwrap())),
            (
                names.keyring(Generation::FIRST),
                text(&keyring.to_bytes().unwrap()),
            ),
            (
                names.epoch(&parts.epoch),
                text(&epoch.clone().with_share(share).to_bytes().unwrap()),
            ),
            (names.head(Sequence::FIRST), text(&head.to_bytes().unwrap())),
        ]);
        clouds.push(json!({
            "objects": objects,
            "catalogue": names.catalogue(&RUN, 0),
            "fragment_of_pack_1": names.fragment(&pack(1)),
        }));
    }
    let (session, session_key) = open_session(day()).unwrap();
    let contribution = Contribution::new(&new.shares[2], &session).unwrap();
    let shares: Vec<_> = new
        .shares
        .iter()
        .map(|s| text(&s.to_bytes().unwrap()))
        .collect();
    let words: Vec<_> = new
        .shares
        .iter()
        .map(|s| s.words().unwrap().to_string())
        .collect();
    json!({
        "master.pub": text(&new.master.to_bytes().unwrap()),
        "shares": shares,
        "words": words,
        "session.pub": text(&session.to_bytes().unwrap()),
        "session.key": text(&session_key.to_bytes().unwrap()),
        "contribution": text(&contribution.to_bytes().unwrap()),
        "clouds": clouds,
        "catalogue": base64(&sealed.pieces[0]),
        "master_fingerprint": new.master.fingerprint(),
        "repository_fingerprint": descriptor.seal(&keys).unwrap().hash(),
        "epoch": parts.epoch,
        "epoch_key": hex(key.expose()),
        "pack_1_key_and_commitment": hex(&*key.pack_key(REPOSITORY, Generation::FIRST, &pack(1))),
        "content_hash_of_abc": repository_key().content_key(REPOSITORY, Generation::FIRST).hash(b"abc"),
        "fragments_root": catalogue.fragments_root(),
    })
}

fn known() -> Value {
    let path = fixture();
    if std::env::var_os("LIFEBOAT_NEW_FIXTURE").is_some() {
        let text = serde_json::to_string_pretty(&new_set()).unwrap();
        std::fs::write(&path, text + "\n").unwrap();
    }
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn bytes<'a>(set: &'a Value, member: &str) -> &'a [u8] {
    set[member].as_str().unwrap().as_bytes()
}

fn file(name: &str, bytes: &[u8]) -> CustodianFile {
    CustodianFile {
        name: name.into(),
        bytes: bytes.to_vec().into(),
    }
}

#[test]
fn objects_of_version_1_still_open_to_what_was_put_in() {
    let set = known();
    let master = MasterPublic::from_bytes(bytes(&set, "master.pub")).unwrap();
    assert_eq!(master.fingerprint().to_string(), set["master_fingerprint"]);
    let session = SessionKey::from_bytes(bytes(&set, "session.key")).unwrap();
    let given = [
        file("share", set["shares"][0].as_str().unwrap().as_bytes()),
        file("contribution", bytes(&set, "contribution")),
    ];
    let (secret, census) = Custodians::gather(&master, &given, Some(&session)).unwrap();
    assert_eq!(census.good.into_iter().collect::<Vec<_>>(), [1, 3]);
    for (i, words) in (1..).zip(set["words"].as_array().unwrap()) {
        let share =
            crate::keys::CustodianShare::from_words(&master, i, words.as_str().unwrap()).unwrap();
        let expected = &set["shares"][usize::from(i) - 1];
        assert_eq!(text(&share.to_bytes().unwrap()), *expected);
    }

    let mut shares = Vec::new();
    for (i, cloud) in (1..)
        .filter_map(CloudNumber::new)
        .zip(set["clouds"].as_array().unwrap())
    {
        let names = Names::new(
            &repository_key(),
            REPOSITORY,
            cloud_ids()[usize::from(i.get()) - 1],
            i,
        );
        let object = |name: String| cloud["objects"][&name].as_str().unwrap().as_bytes();
        let (descriptor, at, hash) = Descriptor::open(object(names.descriptor())).unwrap();
        assert_eq!((at, &descriptor.master), (i, &master));
        assert_eq!(hash.to_string(), set["repository_fingerprint"]);
        let keys = descriptor.keys().unwrap();
        assert_eq!(keys, signing().verifying().unwrap());
        let open = |kind, name| Envelope::open(kind, object(name), &keys).unwrap();

        let keyring = open(ObjectKind::Keyring, names.keyring(Generation::FIRST));
        let keyring = Keyring::from_bytes(&keyring.payload).unwrap();
        let (generation, opened) = keyring.open(&secret).unwrap();
        assert_eq!(opened, repository_key());

        let head = open(ObjectKind::Head, names.head(Sequence::FIRST));
        let head = Head::from_bytes(&head.payload).unwrap();
        let epoch = open(ObjectKind::Epoch, names.epoch(&head.epoch));
        assert_eq!(epoch.hash, head.epoch_hash);
        shares.push((i, epoch.share.unwrap()));
        let epoch = EpochObject::from_bytes(&epoch.payload).unwrap();

        assert_eq!(names.catalogue(&RUN, 0), cloud["catalogue"]);
        let piece = from_base64(set["catalogue"].as_str().unwrap()).unwrap();
        let catalogue_key = repository_key().catalogue_key(REPOSITORY, RUN);
        let catalogue = Catalogue::open(&[piece], &head.catalogue, &catalogue_key, RUN, 3).unwrap();
        assert_eq!(catalogue.fragments_root(), head.fragments_root);
        assert_eq!(head.fragments_root.to_string(), set["fragments_root"]);
        assert_eq!(catalogue.packs[1].pack, PackId([2; 16]));
        assert_eq!(names.fragment(&pack(1)), cloud["fragment_of_pack_1"]);

        let opened = EpochSecret::open(&generation, &epoch, 2, &shares);
        if shares.len() < 2 {
            opened.unwrap_err();
            continue;
        }
        let key = opened.unwrap();
        assert_eq!(hex(key.expose()), set["epoch_key"]);
        let pack_key = key.pack_key(REPOSITORY, Generation::FIRST, &pack(1));
        assert_eq!(hex(&*pack_key), set["pack_1_key_and_commitment"]);
        let pointer = RootPointer::open(&head, &key).unwrap();
        assert_eq!(pointer.extents, [extent(0, 64, 100)]);
    }
    let content = repository_key().content_key(REPOSITORY, Generation::FIRST);
    assert_eq!(content.hash(b"abc").to_string(), set["content_hash_of_abc"]);
}

#[test]
fn what_is_not_random_is_written_byte_for_byte_as_before() {
    let set = known();
    let master = MasterPublic::from_bytes(bytes(&set, "master.pub")).unwrap();
    assert_eq!(text(&master.to_bytes().unwrap()), set["master.pub"]);
    let descriptor = descriptor(master);
    let described = descriptor.seal(&signing()).unwrap();
    assert_eq!(described.hash().to_string(), set["repository_fingerprint"]);
    let other = crate::object::RepositoryId(Uuid::nil());
    assert_ne!(
        repository_key()
            .content_key(other, Generation::FIRST)
            .hash(b"abc")
            .to_string(),
        set["content_hash_of_abc"]
    );
    let zero = Zeroizing::new([0; 32]);
    assert_eq!(
        crate::object::EpochKey::from_bytes(zero).commitment(),
        crate::object::primitives::sha256(&[b"lifeboat vault epoch key/1", &[0; 32]])
    );
}
