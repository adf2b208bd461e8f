//! Whatever is changed in a token, it holds no longer; whatever is sent, nothing panics.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::{Arc, LazyLock};

use access::assertion::{Presented, make};
use access::caller::Caller;
use access::descriptor::Descriptor;
use access::internal::{
    InternalRequest, InternalSigner, InternalVerifier, ServiceKey, TrustedServices,
};
use access::keys::{KeySet, SigningKey};
use access::proof::{NoncePolicy, ProofKey, ProofVerifier, Target};
use access::token::{AUDIENCE, AccessVerifier, TYPE};
use chrono::DateTime;
use proptest::prelude::*;
use runtime::clock::{Clock, ManualClock};
use serde_json::json;

const URL: &str = "https://gateway.example/household/v1/me";
const REQUEST: InternalRequest<'static> = InternalRequest {
    audience: "household",
    method: "GET",
    path_and_query: "/v1/me",
    body: b"",
};

/// One valid text of each kind, and who verifies it.
struct World {
    clock: Arc<ManualClock>,
    key: SigningKey,
    texts: [String; 4],
    tokens: AccessVerifier,
    internal: InternalVerifier,
}

static WORLD: LazyLock<World> = LazyLock::new(|| {
    let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let (now, key) = (clock.now(), SigningKey::generate_es256().unwrap());
    let claims = json!({
        "iss": "https://gateway.example", "sub": "A123456789", "aud": AUDIENCE, "exp": now.timestamp() + 600,
        "iat": now.timestamp(), "jti": "t1", "client_id": "portal", "cnf": { "jkt": "k" },
        "acr": "urn:lifeboat:aal:1", "kind": "citizen"
    });
    let token = key.sign(TYPE, &claims).unwrap();
    let proof = ProofKey::generate()
        .unwrap()
        .prove("GET", URL, Some(&token), None, now)
        .unwrap();
    let assertion = make(&key, "officer-1", URL, now).unwrap();
    let [gateway, household] = [(); 2].map(|()| ServiceKey::generate().unwrap());
    let members = [
        gateway.service_jwk("gateway"),
        household.service_jwk("household"),
    ];
    let trusted = TrustedServices::from_members(&members).unwrap();
    let tokens = AccessVerifier::new("https://gateway.example", AUDIENCE, clock.clone());
    tokens.set_keys(KeySet::from_members([&key.public_jwk()]).unwrap());
    let minted = InternalSigner::new("gateway", &gateway.into(), &trusted, clock.clone());
    let minted = minted
        .unwrap()
        .mint(&Caller::anonymous(None), &REQUEST)
        .unwrap();
    World {
        internal: InternalVerifier::new("household", &household.into(), &trusted, clock.clone())
            .unwrap(),
        texts: [token, proof, assertion, minted],
        clock,
        key,
        tokens,
    }
});

/// Whether anything at all takes `text`.
fn is_taken(text: &str) -> [bool; 4] {
    let world = &*WORLD;
    let proofs = ProofVerifier::new(world.clock.clone());
    let assertion = Presented::parse(text);
    [
        world.tokens.verify(text).is_ok(),
        proofs
            .verify(text, "GET", URL, None, NoncePolicy::NotAsked)
            .is_ok(),
        assertion.is_ok_and(|it| {
            it.verify(world.key.public(), &[URL], world.clock.now())
                .is_ok()
        }),
        world.internal.verify(text, &REQUEST).is_ok(),
    ]
}

#[test]
fn each_kind_is_taken_by_its_own_verifier_only() {
    for (kind, text) in WORLD.texts.iter().enumerate() {
        let expected: [bool; 4] = std::array::from_fn(|verifier| verifier == kind);
        assert_eq!(is_taken(text), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn one_changed_character_and_it_holds_no_longer(kind in 0_usize..4, at in any::<prop::sample::Index>(), put in any::<char>()) {
        let mut characters: Vec<char> = WORLD.texts[kind].chars().collect();
        let at = at.index(characters.len());
        prop_assume!(characters[at] != put);
        characters[at] = put;
        prop_assert_eq!(is_taken(&characters.into_iter().collect::<String>()), [false; 4]);
    }

    #[test]
    fn one_character_of_its_own_alphabet_changed_and_it_holds_no_longer(
        kind in 0_usize..4, at in any::<prop::sample::Index>(), put in "[A-Za-z0-9_.-]"
    ) {
        let mut text = WORLD.texts[kind].clone();
        let at = at.index(text.len());
        prop_assume!(text[at..=at] != put);
        text.replace_range(at..=at, &put);
        prop_assert_eq!(is_taken(&text), [false; 4]);
    }

    #[test]
    fn cut_or_lengthened_it_holds_no_longer(kind in 0_usize..4, at in any::<prop::sample::Index>(), put in "[A-Za-z0-9_.= -]{1,3}") {
        let text = &WORLD.texts[kind];
        let at = at.index(text.len());
        prop_assert_eq!(is_taken(&text[..at]), [false; 4]);
        prop_assert_eq!(is_taken(&format!("{}{put}{}", &text[..at], &text[at..])), [false; 4]);
    }

    #[test]
    fn no_text_makes_anything_panic(text in any::<String>(), dotted in r"[A-Za-z0-9_.-]{0,200}") {
        for text in [&text, &dotted] {
            prop_assert_eq!(is_taken(text), [false; 4]);
            let _ = KeySet::from_jwks(text).map(drop);
            let _ = SigningKey::from_pkcs8_pem(text).map(drop);
            let _ = Descriptor::from_openapi(text).map(drop);
            let _ = Target::parse(text).map(drop);
        }
    }

    #[test]
    fn a_normal_address_is_its_own_normal_form(path in r"(/|[a-zA-Z0-9]|\.|%[0-9a-fA-F]{2}|~){0,40}", port in any::<Option<u16>>()) {
        let port = port.map(|port| format!(":{port}")).unwrap_or_default();
        let normal = Target::parse(&format!("https://A.example{port}/{path}")).unwrap();
        let again = Target::parse(normal.as_str()).unwrap();
        prop_assert_eq!(again.as_str(), normal.as_str());
        prop_assert!(!normal.as_str().contains("/../") && !normal.as_str().contains("/./"));
    }
}
