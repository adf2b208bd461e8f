//! Every member of every header, changed: refused, the kind and the member named.

use proptest::prelude::*;
use serde_json::Value;

use super::{descriptor, head, master, repository_key, signing};
use crate::keys::EpochSecret;
use crate::object::text::{base64, from_base64};
use crate::object::{
    CloudNumber, Descriptor, Envelope, EpochObject, Generation, Hash32, Head, Keyring, ObjectFault,
    ObjectKind, Sequence, SigningKeys, VerifyingKeys, Witness,
};

type Parse = fn(&[u8]) -> Result<(), ObjectFault>;

struct Header {
    kind: ObjectKind,
    bytes: Vec<u8>,
    parse: Parse,
}

fn headers() -> Vec<Header> {
    let keys = signing();
    let master = master();
    let (keyring, public) = Keyring::create(
        &master,
        super::REPOSITORY,
        Generation::FIRST,
        &repository_key(),
        super::day(),
    )
    .unwrap();
    let (_, parts) =
        EpochSecret::create(&public, super::REPOSITORY, Generation::FIRST, 2, 3).unwrap();
    let epoch = EpochObject::new(super::REPOSITORY, Generation::FIRST, super::day(), &parts);
    let second = Witness {
        sequence: Sequence::FIRST,
        hash: Hash32([1; 32]),
    };
    let seal = |kind, payload: Vec<u8>| Envelope::seal(kind, &payload, &keys).unwrap();
    let header = |kind, envelope: Envelope, parse| Header {
        kind,
        bytes: envelope.to_bytes().unwrap(),
        parse,
    };
    vec![
        header(
            ObjectKind::Repository,
            descriptor(master)
                .seal(&keys)
                .unwrap()
                .for_cloud(CloudNumber::FIRST),
            |payload| Descriptor::from_bytes(payload).map(drop),
        ),
        header(
            ObjectKind::Keyring,
            seal(ObjectKind::Keyring, keyring.to_bytes().unwrap()),
            |payload| Keyring::from_bytes(payload).map(drop),
        ),
        header(
            ObjectKind::Epoch,
            seal(ObjectKind::Epoch, epoch.to_bytes().unwrap()).with_share(parts.shares[0].expose()),
            |payload| EpochObject::from_bytes(payload).map(drop),
        ),
        header(
            ObjectKind::Head,
            seal(
                ObjectKind::Head,
                head(Some(second), vec![9; 1040]).to_bytes().unwrap(),
            ),
            |payload| Head::from_bytes(payload).map(drop),
        ),
    ]
}

fn open(header: &Header, bytes: &[u8], keys: &VerifyingKeys) -> Result<(), ObjectFault> {
    let opened = Envelope::open(header.kind, bytes, keys)?;
    (header.parse)(&opened.payload)
}

fn json(bytes: &[u8]) -> Value {
    serde_json::from_slice(bytes).unwrap()
}

fn payload(header: &Header) -> Value {
    let payload = json(&header.bytes)["payload"].clone();
    json(&from_base64(payload.as_str().unwrap()).unwrap())
}

/// Every path to a value below an object, lists included.
fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                paths(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(members) => {
            for (index, member) in members.iter().enumerate() {
                paths(member, &format!("{at}/{index}"), found);
            }
        }
        _ => found.push(at.to_owned()),
    }
}

/// Another value of the same form.
fn flipped(value: &Value) -> Value {
    match value {
        Value::Number(number) => (number.as_u64().unwrap() + 1).into(),
        Value::String(text) => {
            let at = text.len() / 2;
            let other = if &text[at..=at] == "1" { "2" } else { "1" };
            format!("{}{other}{}", &text[..at], &text[at + 1..]).into()
        }
        other => panic!("no header has {other}"),
    }
}

#[test]
fn headers_are_read_back() {
    let keys = signing().verifying().unwrap();
    for header in headers() {
        open(&header, &header.bytes, &keys).unwrap();
        let opened = Envelope::open(header.kind, &header.bytes, &keys).unwrap();
        assert_eq!(
            opened.cloud.is_some(),
            header.kind == ObjectKind::Repository
        );
        assert_eq!(opened.share.is_some(), header.kind == ObjectKind::Epoch);
    }
}

#[test]
fn every_member_flipped_breaks_a_signature() {
    let keys = signing().verifying().unwrap();
    let mut members = 0;
    for header in headers() {
        let payload = payload(&header);
        let mut found = Vec::new();
        paths(&payload, "", &mut found);
        for path in found {
            let mut changed = payload.clone();
            let member = changed.pointer_mut(&path).unwrap();
            *member = flipped(member);
            let mut envelope = json(&header.bytes);
            envelope["payload"] = base64(changed.to_string().as_bytes()).into();
            let fault = open(&header, envelope.to_string().as_bytes(), &keys).unwrap_err();
            assert_eq!(fault.object, header.kind.word(), "{path}");
            assert_eq!(fault.field, "ed25519", "{path}");
            members += 1;
        }
    }
    assert!(members > 50, "{members}");
}

#[test]
fn each_signature_flipped_is_named_and_none_can_be_left_out() {
    let keys = signing().verifying().unwrap();
    for header in headers() {
        for member in ["ed25519", "ml_dsa_65"] {
            let mut envelope = json(&header.bytes);
            let mut signature = from_base64(envelope[member].as_str().unwrap()).unwrap();
            signature[20] ^= 1;
            envelope[member] = base64(&signature).into();
            let fault = open(&header, envelope.to_string().as_bytes(), &keys).unwrap_err();
            assert_eq!((fault.object, &*fault.field), (header.kind.word(), member));
            envelope[member] = "".into();
            assert!(open(&header, envelope.to_string().as_bytes(), &keys).is_err());
            envelope.as_object_mut().unwrap().remove(member);
            let fault = open(&header, envelope.to_string().as_bytes(), &keys).unwrap_err();
            assert!(fault.what.contains(member), "{fault}");
        }
    }
}

/// Signed by whoever holds the keys, and still refused: a payload lacks, repeats or adds a member, or it is of a form that
/// this version does not know.
#[test]
fn signed_payloads_that_break_the_format_are_refused_by_member() {
    for header in headers() {
        let good = payload(&header);
        for member in good.as_object().unwrap().keys() {
            let mut lacking = good.clone();
            lacking.as_object_mut().unwrap().remove(member);
            let fault = (header.parse)(lacking.to_string().as_bytes()).unwrap_err();
            assert!(fault.to_string().contains(member.as_str()), "{fault}");
            let text = good.to_string();
            let twice = text.replacen('{', &format!("{{\"{member}\":{},", good[member]), 1);
            let fault = (header.parse)(twice.as_bytes()).unwrap_err();
            assert!(fault.to_string().contains("duplicate"), "{fault}");
            let mut other = good.clone();
            other[member] = serde_json::json!([[]]);
            let fault = (header.parse)(other.to_string().as_bytes()).unwrap_err();
            assert!(
                fault.field.starts_with(member.as_str()),
                "{member}: {fault}"
            );
        }
        let more = good.to_string().replacen('{', "{\"more\":1,", 1);
        assert!((header.parse)(more.as_bytes()).is_err());
        let mut newer = good;
        newer["format"] = "lifeboat-vault-head/2".into();
        let fault = (header.parse)(newer.to_string().as_bytes()).unwrap_err();
        assert_eq!(fault.field, "format");
    }
}

#[test]
fn an_object_stands_for_no_other_kind_and_no_other_repository() {
    let keys = signing().verifying().unwrap();
    let other = SigningKeys::generate().unwrap().verifying().unwrap();
    for header in headers() {
        assert!(Envelope::open(header.kind, &header.bytes, &other).is_err());
        for kind in ObjectKind::ALL {
            let opened = Envelope::open(kind, &header.bytes, &keys);
            assert_eq!(opened.is_ok(), kind == header.kind);
        }
    }
}

#[test]
fn what_differs_from_cloud_to_cloud_stands_only_where_it_belongs() {
    let keys = signing().verifying().unwrap();
    for header in headers() {
        for (member, value, home) in [
            ("cloud", serde_json::json!(1), ObjectKind::Repository),
            ("share", "0".repeat(64).into(), ObjectKind::Epoch),
        ] {
            let mut envelope = json(&header.bytes);
            if header.kind == home {
                envelope.as_object_mut().unwrap().remove(member);
            } else {
                envelope[member] = value;
            }
            let fault = open(&header, envelope.to_string().as_bytes(), &keys).unwrap_err();
            assert_eq!(fault.field, member);
        }
    }
}

#[test]
fn a_descriptor_vouches_for_itself_and_names_its_cloud() {
    let header = headers().remove(0);
    let (descriptor, cloud, hash) = Descriptor::open(&header.bytes).unwrap();
    assert_eq!(cloud, CloudNumber::FIRST);
    assert_eq!(descriptor.cloud_id(cloud), Some(super::cloud_ids()[0]));
    let keys = descriptor.keys().unwrap();
    let opened = Envelope::open(ObjectKind::Repository, &header.bytes, &keys).unwrap();
    assert_eq!(opened.hash, hash);
    let mut envelope = json(&header.bytes);
    envelope["cloud"] = 4.into();
    let fault = Descriptor::open(envelope.to_string().as_bytes()).unwrap_err();
    assert_eq!(fault.field, "cloud");
}

#[test]
fn numbers_of_clouds_that_do_not_fit_are_refused() {
    let keys = signing().verifying().unwrap();
    for (need, clouds) in [(1, 3), (3, 3), (2, 2), (0, 0), (2, 17)] {
        let ids = (0..clouds)
            .map(|i| crate::object::CloudId([i; 16]))
            .collect();
        let made = Descriptor::new(super::REPOSITORY, super::day(), need, ids, &keys, master());
        assert!(made.is_err(), "{need} of {clouds}");
    }
    let mut twice = super::cloud_ids();
    twice[1] = twice[0];
    let made = Descriptor::new(super::REPOSITORY, super::day(), 2, twice, &keys, master());
    assert_eq!(made.unwrap_err().field, "cloud_ids");
}

#[test]
fn a_chain_begins_at_one_and_has_no_gap() {
    let first = head(None, vec![]);
    assert_eq!(first.sequence, Sequence::FIRST);
    let witness: Witness = format!("7:{}", Hash32([3; 32])).parse().unwrap();
    let next = head(Some(witness), vec![]);
    assert_eq!(
        (next.sequence.get(), next.previous),
        (8, Some(witness.hash))
    );
    let mut orphan: Value = json(&next.to_bytes().unwrap());
    orphan["previous"] = Value::Null;
    let fault = Head::from_bytes(orphan.to_string().as_bytes()).unwrap_err();
    assert_eq!(fault.field, "previous");
    orphan["sequence"] = 0.into();
    let fault = Head::from_bytes(orphan.to_string().as_bytes()).unwrap_err();
    assert_eq!(fault.field, "sequence");
    orphan["sequence"] = 1.into();
    orphan["created"] = "2026-11-21T16:00:00+08:00".into();
    let fault = Head::from_bytes(orphan.to_string().as_bytes()).unwrap_err();
    assert_eq!(fault.field, "created");
    for wrong in ["", "7", "0:", "+7:00", &format!("07x:{}", Hash32([3; 32]))] {
        assert!(wrong.parse::<Witness>().is_err(), "{wrong}");
    }
}

proptest! {
    #[test]
    fn any_bytes_may_stand_where_a_header_should(bytes: Vec<u8>, text in "\\PC*") {
        let keys = signing().verifying().unwrap();
        for bytes in [&bytes[..], text.as_bytes()] {
            for kind in ObjectKind::ALL {
                prop_assert!(Envelope::open(kind, bytes, &keys).is_err());
            }
            prop_assert!(Descriptor::open(bytes).is_err());
            let _ = Descriptor::from_bytes(bytes);
            let _ = Keyring::from_bytes(bytes);
            let _ = EpochObject::from_bytes(bytes);
            let _ = Head::from_bytes(bytes);
            let _ = SigningKeys::from_file(bytes);
        }
        let _ = text.parse::<Witness>();
    }
}
