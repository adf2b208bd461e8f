//! Custodians: ceremony, pages, words, sessions, and gathering.

use std::fs;

use proptest::prelude::*;

use super::{ceremony, day};
use crate::keys::ceremony::{CeremonyFault, NewMaster};
use crate::keys::{
    Contribution, CustodianFile, CustodianShare, Custodians, CustodiansFault, Finding,
    MasterPublic, SessionKey, SessionPublic, ShareFault, WriteFault, open_session,
};

fn file(name: &str, bytes: &[u8]) -> CustodianFile {
    CustodianFile {
        name: name.into(),
        bytes: bytes.to_vec().into(),
    }
}

fn share(new: &NewMaster, i: usize) -> CustodianFile {
    file(
        &format!("custodian-{i}.share"),
        &new.shares[i - 1].to_bytes().unwrap(),
    )
}

fn contribution(new: &NewMaster, i: usize, to: &SessionPublic) -> CustodianFile {
    let contribution = Contribution::new(&new.shares[i - 1], to).unwrap();
    file("contribution", &contribution.to_bytes().unwrap())
}

#[test]
fn any_three_of_five_give_the_master_key() {
    let new = ceremony(3, 5);
    for a in 1..=5 {
        for b in a + 1..=5 {
            for c in b + 1..=5 {
                let files = [share(&new, c), share(&new, a), share(&new, b)];
                let (secret, census) = Custodians::gather(&new.master, &files, None).unwrap();
                assert!(new.master.belongs(&secret).unwrap());
                assert_eq!(census.bad().count(), 0);
            }
        }
    }
}

#[test]
fn too_few_custodians_are_told_who_may_still_come() {
    let new = ceremony(3, 5);
    let files = [share(&new, 2), share(&new, 4), share(&new, 2)];
    let fault = Custodians::gather(&new.master, &files, None).unwrap_err();
    let CustodiansFault::TooFew(census) = &fault else {
        panic!("{fault}");
    };
    assert_eq!(census.lacking(), 1);
    assert_eq!(census.absent().collect::<Vec<_>>(), [1, 3, 5]);
    assert_eq!(census.files[2].finding, Finding::Duplicate { custodian: 2 });
    assert!(
        fault
            .to_string()
            .contains("1 more of custodian 1, 3, 5 must come"),
        "{fault}"
    );
}

#[test]
fn bad_files_are_left_out_and_each_is_named() {
    let new = ceremony(2, 3);
    let other = ceremony(2, 3);
    let mut changed = new.shares[2].to_bytes().unwrap().to_vec();
    let at = changed
        .windows(9)
        .position(|w| w == b"\"share\":\"")
        .unwrap()
        + 12;
    changed[at] = if changed[at] == b'0' { b'1' } else { b'0' };
    let files = [
        file("changed", &changed),
        file("other", &share(&other, 1).bytes),
        file("text", b"hello"),
        file("master", &new.master.to_bytes().unwrap()),
        share(&new, 1),
        share(&new, 3),
    ];
    let (_, census) = Custodians::gather(&new.master, &files, None).unwrap();
    let bad: Vec<_> = census.bad().map(|found| found.file.as_str()).collect();
    assert_eq!(bad, ["changed", "other", "text", "master"]);
    assert!(matches!(census.files[0].finding, Finding::Corrupt { .. }));
    assert!(matches!(census.files[1].finding, Finding::Foreign { .. }));
    assert!(matches!(census.files[2].finding, Finding::Corrupt { .. }));
    assert!(matches!(census.files[3].finding, Finding::Foreign { .. }));
}

#[test]
fn a_share_with_a_right_checksum_and_a_wrong_value_is_foreign() {
    let new = ceremony(2, 3);
    // Custodian 1 says to be custodian 2, checksum and all.
    let mut forged: serde_json::Value = serde_json::from_slice(&share(&new, 1).bytes).unwrap();
    forged["custodian"] = 2.into();
    let hash = crate::object::primitives::sha256(&[
        b"lifeboat custodian share checksum/1",
        new.master.ceremony.as_bytes(),
        new.master.fingerprint().as_bytes(),
        &[2, 2, 3],
        &new.shares[0].secret()[..],
    ]);
    forged["checksum"] = hash.to_string()[..16].into();
    let forged = file("forged", forged.to_string().as_bytes());
    let census = Custodians::inspect(&new.master, &[forged], None);
    assert!(
        matches!(census.files[0].finding, Finding::Foreign { .. }),
        "{census}"
    );
}

#[test]
fn every_member_of_a_share_is_held_by_its_checksum() {
    let new = ceremony(2, 3);
    let good: serde_json::Value = serde_json::from_slice(&share(&new, 1).bytes).unwrap();
    for (member, value) in [
        ("ceremony", "0190163d-8694-739b-aea5-966c26f8ad91".into()),
        ("master", "0".repeat(64).into()),
        ("custodian", 2.into()),
        ("threshold", 3.into()),
        ("custodians", 4.into()),
        ("share", "0".repeat(64).into()),
        ("checksum", "0".repeat(16).into()),
    ] {
        let mut changed = good.clone();
        assert_ne!(changed[member], value);
        changed[member] = value;
        let fault = CustodianShare::from_bytes(changed.to_string().as_bytes()).unwrap_err();
        assert_eq!(
            fault,
            ShareFault::Corrupt("its checksum is wrong".into()),
            "{member}"
        );
        changed.as_object_mut().unwrap().remove(member);
        let fault = CustodianShare::from_bytes(changed.to_string().as_bytes()).unwrap_err();
        assert!(fault.to_string().contains(member), "{fault}");
    }
    let text = good.to_string();
    let unknown = text.replacen('{', "{\"more\":1,", 1);
    assert!(CustodianShare::from_bytes(unknown.as_bytes()).is_err());
    let twice = text.replacen('{', "{\"custodian\":1,", 1);
    assert!(CustodianShare::from_bytes(twice.as_bytes()).is_err());
}

#[test]
fn good_shares_that_do_not_give_the_public_key_are_refused() {
    let new = ceremony(2, 3);
    let mut master: serde_json::Value =
        serde_json::from_slice(&new.master.to_bytes().unwrap()).unwrap();
    let other = ceremony(2, 3).master.to_bytes().unwrap();
    let other: serde_json::Value = serde_json::from_slice(&other).unwrap();
    master["public_key"] = other["public_key"].clone();
    let master = MasterPublic::from_bytes(master.to_string().as_bytes()).unwrap();
    // The fingerprint holds the public key, so the shares of the ceremony no longer belong to it …
    let files = [share(&new, 1), share(&new, 2)];
    let census = Custodians::inspect(&master, &files, None);
    assert!(census.good.is_empty());
    // … and shares made for it do not give its key.
    let forged: Vec<_> = new.shares[..2]
        .iter()
        .map(|share| {
            let share =
                CustodianShare::new(&master, share.custodian(), share.secret().clone()).unwrap();
            file("forged", &share.to_bytes().unwrap())
        })
        .collect();
    assert!(matches!(
        Custodians::gather(&master, &forged, None),
        Err(CustodiansFault::OtherKey(_))
    ));
}

#[test]
fn shares_and_contributions_are_gathered_together() {
    let new = ceremony(3, 5);
    let (public, key) = open_session(day()).unwrap();
    let public = SessionPublic::from_bytes(&public.to_bytes().unwrap()).unwrap();
    let key = SessionKey::from_bytes(&key.to_bytes().unwrap()).unwrap();
    let files = [
        contribution(&new, 1, &public),
        share(&new, 2),
        contribution(&new, 5, &public),
    ];
    let (secret, _) = Custodians::gather(&new.master, &files, Some(&key)).unwrap();
    assert!(new.master.belongs(&secret).unwrap());
    let census = Custodians::inspect(&new.master, &files, None);
    assert!(matches!(
        census.files[0].finding,
        Finding::Sealed { custodian: 1, .. }
    ));
    assert_eq!(census.lacking(), 2);
}

#[test]
fn a_contribution_opens_in_its_session_only_and_unchanged_only() {
    let new = ceremony(2, 3);
    let (public, key) = open_session(day()).unwrap();
    let (_, mut other) = open_session(day()).unwrap();
    let contributed = Contribution::new(&new.shares[0], &public).unwrap();
    assert_eq!(
        contributed.open(&key).unwrap().secret(),
        new.shares[0].secret()
    );
    assert!(matches!(
        contributed.open(&other),
        Err(ShareFault::Foreign(_))
    ));
    other.session = key.session;
    assert!(matches!(
        contributed.open(&other),
        Err(ShareFault::Corrupt(_))
    ));
    let good: serde_json::Value = serde_json::from_slice(&contributed.to_bytes().unwrap()).unwrap();
    let another = Contribution::new(&new.shares[0], &public).unwrap();
    let another: serde_json::Value = serde_json::from_slice(&another.to_bytes().unwrap()).unwrap();
    for (member, value) in [
        ("session", "0190163d-8694-739b-aea5-966c26f8ad91".into()),
        ("ceremony", "0190163d-8694-739b-aea5-966c26f8ad91".into()),
        ("custodian", 2.into()),
        ("encapsulation", another["encapsulation"].clone()),
        ("sealed", another["sealed"].clone()),
    ] {
        let mut changed = good.clone();
        changed[member] = value;
        let changed = Contribution::from_bytes(changed.to_string().as_bytes()).unwrap();
        assert!(changed.open(&key).is_err(), "{member}");
    }
}

#[test]
fn a_session_is_recognised_by_its_fingerprint() {
    let (one, _) = open_session(day()).unwrap();
    let (two, _) = open_session(day()).unwrap();
    assert_ne!(one.fingerprint(), two.fingerprint());
    let mut swapped = one.clone();
    swapped.public_key = two.public_key;
    assert_ne!(one.fingerprint(), swapped.fingerprint());
    assert_eq!(one.fingerprint().len(), 8 * 4 + 7);
}

#[test]
fn words_give_the_share_back_and_mistakes_are_told() {
    let new = ceremony(2, 3);
    let share = &new.shares[1];
    let words = share.words().unwrap();
    assert_eq!(words.split(' ').count(), 24);
    let typed = format!("  {}\n", words.to_uppercase().replace(' ', "\n "));
    let again = CustodianShare::from_words(&new.master, 2, &typed).unwrap();
    assert_eq!(again.to_bytes().unwrap(), share.to_bytes().unwrap());
    let said = |i, text: &str| {
        CustodianShare::from_words(&new.master, i, text)
            .unwrap_err()
            .to_string()
    };
    assert!(said(1, &words).contains("words of custodian 2"));
    assert!(said(2, &words.replacen(' ', " boat ", 1)).contains("25 words"));
    let first = words.split(' ').next().unwrap();
    assert!(said(2, &words.replacen(first, "lifeboot", 1)).contains("word 1 is not in the list"));
    let mut swapped: Vec<_> = words.split(' ').collect();
    let at = (1..24).find(|at| swapped[*at] != swapped[0]).unwrap();
    swapped.swap(0, at);
    // The checksum of 8 bits lets one swap in 256 pass; the commitment lets none.
    assert!(CustodianShare::from_words(&new.master, 2, &swapped.join(" ")).is_err());
    let of_another = ceremony(2, 3).shares[1].words().unwrap();
    assert!(said(2, &of_another).starts_with("foreign"));
    let twelve = "abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon abandon about";
    assert!(said(2, twelve).contains("12 words, not 24"));
}

#[test]
fn a_ceremony_writes_secret_files_and_pages_and_overwrites_nothing() {
    let place = tempfile::tempdir().unwrap();
    let folder = place.path().join("ceremony");
    let new = ceremony(2, 3);
    new.write(&folder).unwrap();
    let mut names: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let expected = [
        "custodian-1.html",
        "custodian-1.share",
        "custodian-2.html",
        "custodian-2.share",
        "custodian-3.html",
        "custodian-3.share",
        "master.pub",
    ];
    assert_eq!(names, expected);
    #[cfg(unix)]
    for name in expected {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(folder.join(name))
            .unwrap()
            .permissions()
            .mode()
            & 0o777;
        assert_eq!(
            mode,
            if name == "master.pub" { 0o644 } else { 0o600 },
            "{name}"
        );
    }
    let before = fs::read(folder.join("master.pub")).unwrap();
    assert_eq!(MasterPublic::from_bytes(&before).unwrap(), new.master);
    fs::remove_file(folder.join("custodian-1.share")).unwrap();
    let again = ceremony(2, 3).write(&folder);
    assert!(matches!(
        again,
        Err(CeremonyFault::Write(WriteFault::Exists(_)))
    ));
    assert_eq!(fs::read(folder.join("master.pub")).unwrap(), before);
    assert!(!folder.join("custodian-1.share").exists());
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 6);
}

#[test]
fn a_page_holds_what_a_custodian_needs_and_loads_nothing() {
    let place = tempfile::tempdir().unwrap();
    let new = ceremony(2, 3);
    new.write(place.path()).unwrap();
    let page = fs::read_to_string(place.path().join("custodian-2.html")).unwrap();
    for word in new.shares[1].words().unwrap().split(' ') {
        assert!(page.contains(&format!("<li>{word}</li>")));
    }
    assert_eq!(page.matches("<li>").count(), 24);
    assert!(page.contains(&new.master.ceremony.to_string()));
    assert!(page.contains(&new.master.fingerprint().to_string()));
    assert!(page.contains("保管人 2 / 3") && page.contains("custodian 2 of 3"));
    assert!(page.contains("<svg") && page.contains("</svg>"));
    let without_svg_names = page.replace("http://www.w3.org/2000/svg", "");
    for outside in ["http", "src=", "<script", "url("] {
        assert!(!without_svg_names.contains(outside), "{outside}");
    }
    for member in [
        "{i}",
        "{t}",
        "{m}",
        "{words}",
        "{qr}",
        "{ceremony}",
        "{created}",
    ] {
        assert!(!page.contains(member), "{member}");
    }
}

#[test]
fn what_people_see_of_a_failure_holds_no_share() {
    let new = ceremony(2, 3);
    let secret = crate::object::hex(&new.shares[0].secret()[..]);
    let file = share(&new, 1);
    let fault = Custodians::gather(&new.master, std::slice::from_ref(&file), None).unwrap_err();
    for shown in [
        format!("{new:?}"),
        format!("{file:?}"),
        format!("{fault:?} {fault}"),
    ] {
        assert!(!shown.contains(&secret));
    }
    let broken = file
        .bytes
        .iter()
        .map(|byte| char::from(*byte))
        .collect::<String>();
    let broken = broken.replace("\"share\":\"", "\"share\":1,\"x\":\"");
    let fault = CustodianShare::from_bytes(broken.as_bytes()).unwrap_err();
    assert!(!fault.to_string().contains(&secret));
}

proptest! {
    #[test]
    fn any_bytes_may_stand_where_a_file_of_people_should(bytes: Vec<u8>) {
        let _ = MasterPublic::from_bytes(&bytes);
        let _ = SessionPublic::from_bytes(&bytes);
        let _ = SessionKey::from_bytes(&bytes);
        let _ = Contribution::from_bytes(&bytes);
        let _ = CustodianShare::from_bytes(&bytes);
    }
}

#[test]
fn a_file_cut_or_changed_anywhere_is_never_good() {
    let new = ceremony(2, 3);
    let whole = share(&new, 1).bytes.to_vec();
    for at in 0..whole.len() {
        for damaged in [whole[..at].to_vec(), {
            let mut changed = whole.clone();
            changed[at] ^= 0x01;
            changed
        }] {
            let census = Custodians::inspect(&new.master, &[file("x", &damaged)], None);
            assert!(census.good.is_empty(), "byte {at}");
        }
    }
}
