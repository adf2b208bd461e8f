//! Whose word a package is. The vectors come from OpenSSL, which shares no code with the project.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::json;
use snapshot::{AgencyKey, AgencySigner, LoadError, LoadOptions, Refusal, Trust};

use crate::databases::{load, on_both};
use crate::fixture::{Fixture, options};

fn openssl(dir: &Path, arguments: &str) {
    let done = Command::new("openssl")
        .args(arguments.split(' '))
        .current_dir(dir)
        .output()
        .unwrap();
    assert!(
        done.status.success(),
        "openssl {arguments}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// Makes a key as the page for agencies says.
fn enrol(fixture: &Fixture, name: &str) -> AgencyKey {
    openssl(
        fixture.path(),
        &format!("genpkey -algorithm ed25519 -out {name}.key"),
    );
    openssl(
        fixture.path(),
        &format!("pkey -in {name}.key -pubout -out {name}.pem"),
    );
    AgencyKey::from_pem(&fs::read_to_string(fixture.file(&format!("{name}.pem"))).unwrap()).unwrap()
}

/// Signs as the page for agencies says.
fn sign(fixture: &Fixture, name: &str) {
    openssl(
        fixture.path(),
        &format!("pkeyutl -sign -rawin -inkey {name}.key -in datapackage.json -out signature.bin"),
    );
    openssl(
        fixture.path(),
        "base64 -in signature.bin -out datapackage.sig",
    );
}

fn trusting(trust: Trust) -> LoadOptions {
    LoadOptions { trust, ..options() }
}

on_both! {
    async fn a_signed_package_loads_without_a_word(database) {
        let fixture = Fixture::new();
        let key = enrol(&fixture, "agency");
        sign(&fixture, "agency");
        let trust = Trust::default().with_key(Some("agency-test"), key).requiring_signatures();
        let store = database.store();
        load(&store, &fixture.open(), &trusting(trust)).await.unwrap();
        assert_eq!(store.active().await.unwrap().unwrap().unsigned, None);
    }

    async fn what_an_agency_with_a_key_did_not_sign_is_refused(database) {
        let fixture = Fixture::new();
        let key = enrol(&fixture, "agency");
        enrol(&fixture, "stranger");
        let trust = || Trust::default().with_key(Some("agency-test"), key.clone());
        let store = database.store();
        let refused = async |fixture: &Fixture| {
            let error = load(&store, &fixture.open(), &trusting(trust())).await.unwrap_err();
            let LoadError::Refused(Refusal::Mistrust(mistrust)) = error else { panic!("{error}") };
            mistrust.to_string()
        };
        assert!(refused(&fixture).await.contains("the package has no datapackage.sig"));
        sign(&fixture, "stranger");
        assert!(refused(&fixture).await.contains("is not a signature of this datapackage.json"));
        fs::write(fixture.file("datapackage.sig"), "not base64").unwrap();
        assert!(refused(&fixture).await.contains("is not the base64 text"));
        sign(&fixture, "agency");
        let text = fs::read_to_string(fixture.file("datapackage.json")).unwrap();
        fs::write(fixture.file("datapackage.json"), format!("{text} ")).unwrap();
        assert!(refused(&fixture).await.contains("is not a signature of this datapackage.json"));
        assert_eq!(store.active().await.unwrap(), None);
    }

    async fn a_signature_that_nobody_can_check_is_shown_in_every_answer(database) {
        let fixture = Fixture::new();
        let stranger = enrol(&fixture, "agency");
        sign(&fixture, "agency");
        let store = database.store();
        let other_agency = Trust::default().with_key(Some("agency-other"), stranger);
        load(&store, &fixture.open(), &trusting(other_agency)).await.unwrap();
        let words = store.active().await.unwrap().unwrap().unsigned.unwrap();
        assert!(words.starts_with("signed, but no key of agency-test is enrolled"), "{words}");
    }

    async fn enrolling_the_key_later_takes_the_words_away(database) {
        let fixture = Fixture::new();
        let key = enrol(&fixture, "agency");
        sign(&fixture, "agency");
        let store = database.store();
        load(&store, &fixture.open(), &options()).await.unwrap();
        load(&store, &fixture.open(), &trusting(Trust::default().with_key(None, key))).await.unwrap();
        assert_eq!(store.active().await.unwrap().unwrap().unsigned, None);
    }

    async fn required_signatures_refuse_agencies_without_a_key(database) {
        let error = load(&database.store(), &Fixture::new().open(), &trusting(Trust::default().requiring_signatures())).await;
        let words = error.unwrap_err().to_string();
        assert!(words.starts_with("signatures are required and no key of agency-test is enrolled"), "{words}");
    }
}

/// The same rows as the next export of `agency`.
fn next_of(agency: &str) -> Fixture {
    let mut fixture = Fixture::new();
    fixture.edit("/lifeboat/sequence", json!(8));
    fixture.edit("/lifeboat/agency", json!(agency));
    fixture
}

on_both! {
    async fn another_agency_does_not_follow_unless_it_is_asked_for(database) {
        let signed = Fixture::new();
        let key = enrol(&signed, "agency");
        sign(&signed, "agency");
        let other = next_of("agency-t3st");
        let other_key = enrol(&other, "agency");
        let trust = || Trust::default().with_key(Some("agency-test"), key.clone());
        let store = database.store();
        let before = load(&store, &signed.open(), &trusting(trust())).await.unwrap().snapshot;
        let refused = async |fixture: &Fixture, trust: Trust| {
            let error = load(&store, &fixture.open(), &trusting(trust)).await.unwrap_err();
            let LoadError::Refused(Refusal::Mistrust(mistrust)) = error else { panic!("{error}") };
            mistrust.to_string()
        };
        let words = refused(&other, trust()).await;
        for part in ["agency-t3st", "is of agency-test", "--allow-other-agency"] {
            assert!(words.contains(part), "{words}");
        }
        let words = refused(&other, trust().allowing_other_agency()).await;
        assert!(words.contains("--allow-unsigned"), "{words}");
        sign(&other, "agency");
        let both = || trust().with_key(Some("agency-t3st"), other_key.clone());
        assert!(refused(&other, both()).await.contains("--allow-other-agency"));
        assert_eq!(store.active().await.unwrap().unwrap(), before);

        let meant = trusting(both().allowing_other_agency());
        load(&store, &other.open(), &meant).await.unwrap();
        let active = store.active().await.unwrap().unwrap();
        assert_eq!((active.agency.as_str(), active.unsigned), ("agency-t3st", None));
    }

    async fn what_nobody_vouches_for_does_not_follow_what_was_signed(database) {
        let signed = Fixture::new();
        let key = enrol(&signed, "agency");
        sign(&signed, "agency");
        let store = database.store();
        load(&store, &signed.open(), &trusting(Trust::default().with_key(None, key))).await.unwrap();
        // The key is no longer enrolled.
        let next = next_of("agency-test");
        let error = load(&store, &next.open(), &options()).await.unwrap_err();
        assert!(error.to_string().contains("--allow-unsigned"), "{error}");
        assert_eq!(store.active().await.unwrap().unwrap().sequence, 7);
        load(&store, &next.open(), &trusting(Trust::default().allowing_unsigned())).await.unwrap();
        assert_eq!(store.active().await.unwrap().unwrap().sequence, 8);
    }
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let fixture = Fixture::new();
    openssl(
        fixture.path(),
        "genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out p256.key",
    );
    openssl(fixture.path(), "pkey -in p256.key -pubout -out p256.pem");
    openssl(fixture.path(), "genpkey -algorithm x25519 -out x25519.key");
    openssl(
        fixture.path(),
        "pkey -in x25519.key -pubout -out x25519.pem",
    );
    enrol(&fixture, "agency");
    for name in ["p256.pem", "x25519.pem", "agency.key"] {
        AgencyKey::from_pem(&fs::read_to_string(fixture.file(name)).unwrap()).unwrap_err();
    }
    AgencySigner::from_pem(&fs::read_to_string(fixture.file("p256.key")).unwrap()).unwrap_err();
}

#[test]
fn our_signatures_are_those_of_openssl() {
    let fixture = Fixture::new();
    enrol(&fixture, "agency");
    let signer =
        AgencySigner::from_pem(&fs::read_to_string(fixture.file("agency.key")).unwrap()).unwrap();
    sign(&fixture, "agency");
    let descriptor = fs::read(fixture.file("datapackage.json")).unwrap();
    let theirs: String = fs::read_to_string(fixture.file("datapackage.sig"))
        .unwrap()
        .split_whitespace()
        .collect();
    assert_eq!(signer.sign(&descriptor).trim(), theirs);
    assert_eq!(
        signer.public_pem().unwrap(),
        fs::read_to_string(fixture.file("agency.pem")).unwrap()
    );
}
