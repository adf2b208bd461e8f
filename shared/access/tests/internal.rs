//! A token inside is good for one request to one service, once, from a service that may say so.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use access::caller::{Caller, CallerKind};
use access::internal::{
    InternalFault, InternalRequest, InternalSigner, InternalVerifier, MintFault, ServiceKey,
    ServiceKeys, TrustedServices,
};
use access::jws::JwsFault;
use access::keys::{KeyFault, KeySetFault, SigningKey, SigningKeyFault, jwks};
use access::lifetime::TimeFault;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Duration};
use runtime::clock::ManualClock;
use secrecy::ExposeSecret;
use serde_json::json;

const REQUEST: InternalRequest<'static> = InternalRequest {
    audience: "household",
    method: "POST",
    path_and_query: "/household/v1/identity-checks?a=1",
    body: b"{}",
};

struct World {
    clock: Arc<ManualClock>,
    gateway: InternalSigner,
    identity: InternalSigner,
    household: InternalVerifier,
}

/// The keys of every service, of which each has but its own private one.
struct Keys {
    services: Vec<(&'static str, ServiceKeys)>,
    trusted: TrustedServices,
    clock: Arc<ManualClock>,
}

impl Keys {
    fn make() -> Self {
        let services = ["gateway", "identity", "household", "land-value"]
            .map(|name| (name, ServiceKey::generate().unwrap()));
        let members = services
            .iter()
            .map(|(name, key)| key.service_jwk(name))
            .collect::<Vec<_>>();
        Self {
            trusted: TrustedServices::from_jwks(&jwks(&members)).unwrap(),
            services: services.map(|(name, key)| (name, key.into())).into(),
            clock: ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap()),
        }
    }

    fn of(&self, service: &str) -> &ServiceKeys {
        let mut all = self.services.iter();
        &all.find(|(name, _)| *name == service).unwrap().1
    }

    fn signer(&self, service: &str) -> InternalSigner {
        self.signer_named(service, service)
    }

    /// One that claims to be `name` and has the private key of `service`.
    fn signer_named(&self, name: &str, service: &str) -> InternalSigner {
        InternalSigner::new(name, self.of(service), &self.trusted, self.clock.clone()).unwrap()
    }

    fn verifier(&self, service: &str) -> InternalVerifier {
        InternalVerifier::new(service, self.of(service), &self.trusted, self.clock.clone()).unwrap()
    }
}

fn world() -> World {
    let keys = Keys::make();
    World {
        gateway: keys.signer("gateway"),
        identity: keys.signer("identity"),
        household: keys.verifier("household"),
        clock: keys.clock,
    }
}

fn citizen() -> Caller {
    Caller {
        kind: CallerKind::Citizen,
        subject: "A123456789".into(),
        ..Caller::anonymous(None)
    }
}

#[test]
fn the_caller_arrives_whole() {
    let world = world();
    let mut caller = citizen();
    caller.functions.insert("household".into());
    caller.purpose = "family-tracing".parse().ok();
    caller.case_number = "113/7".parse().ok();
    caller.address = "2001:db8::1".parse().ok();
    let token = world.gateway.mint(&caller, &REQUEST).unwrap();
    assert_eq!(world.household.verify(&token, &REQUEST), Ok(caller));
}

#[test]
fn a_token_is_good_once() {
    let world = world();
    let token = world.gateway.mint(&citizen(), &REQUEST).unwrap();
    assert!(world.household.verify(&token, &REQUEST).is_ok());
    assert_eq!(
        world.household.verify(&token, &REQUEST),
        Err(InternalFault::Replayed)
    );
}

#[test]
fn a_token_is_good_for_one_request_only() {
    let world = world();
    let token = world.gateway.mint(&citizen(), &REQUEST).unwrap();
    for other in [
        InternalRequest {
            method: "GET",
            ..REQUEST
        },
        InternalRequest {
            path_and_query: "/household/v1/identity-checks?a=2",
            ..REQUEST
        },
        InternalRequest {
            path_and_query: "/household/v1/identity-checks",
            ..REQUEST
        },
        InternalRequest {
            body: b"{ }",
            ..REQUEST
        },
        InternalRequest {
            body: b"",
            ..REQUEST
        },
    ] {
        assert_eq!(
            world.household.verify(&token, &other),
            Err(InternalFault::OtherRequest)
        );
    }
    let other = InternalRequest {
        audience: "land-value",
        ..REQUEST
    };
    assert_eq!(
        world.household.verify(&token, &other),
        Err(InternalFault::OtherAudience)
    );
    let elsewhere = world.gateway.mint(&citizen(), &other).unwrap();
    assert_eq!(
        world.household.verify(&elsewhere, &REQUEST),
        Err(InternalFault::UnknownKey)
    );
    assert!(world.household.verify(&token, &REQUEST).is_ok());
}

#[test]
fn a_token_dies_within_seconds() {
    let world = world();
    let token = world.gateway.mint(&citizen(), &REQUEST).unwrap();
    world.clock.advance(Duration::seconds(-6));
    let early = world.household.verify(&token, &REQUEST);
    assert_eq!(early, Err(TimeFault::IssuedInFuture.into()));
    world.clock.advance(Duration::seconds(6 + 15));
    let late = world.household.verify(&token, &REQUEST);
    assert_eq!(late, Err(TimeFault::Expired.into()));
}

#[test]
fn only_the_gateway_speaks_for_others() {
    let world = world();
    let as_citizen = world.identity.mint(&citizen(), &REQUEST).unwrap();
    assert_eq!(
        world.household.verify(&as_citizen, &REQUEST),
        Err(InternalFault::OtherCaller)
    );
    let as_itself = world
        .identity
        .mint(&Caller::service("identity"), &REQUEST)
        .unwrap();
    assert_eq!(
        world.household.verify(&as_itself, &REQUEST),
        Ok(Caller::service("identity"))
    );
    for (signer, service) in [(&world.identity, "gateway"), (&world.gateway, "identity")] {
        let as_another = signer.mint(&Caller::service(service), &REQUEST).unwrap();
        assert_eq!(
            world.household.verify(&as_another, &REQUEST),
            Err(InternalFault::OtherCaller)
        );
    }
}

#[test]
fn a_service_can_pass_for_no_other() {
    let keys = Keys::make();
    let household = keys.verifier("household");
    for (claimed, real) in [
        ("gateway", "identity"),
        ("gateway", "land-value"),
        ("identity", "gateway"),
    ] {
        let token = keys
            .signer_named(claimed, real)
            .mint(&citizen(), &REQUEST)
            .unwrap();
        assert_eq!(
            household.verify(&token, &REQUEST),
            Err(InternalFault::UnknownKey)
        );
    }
    let stranger = Keys::make();
    let stranger = InternalSigner::new(
        "gateway",
        stranger.of("gateway"),
        &keys.trusted,
        keys.clock.clone(),
    )
    .unwrap();
    let token = stranger.mint(&citizen(), &REQUEST).unwrap();
    assert_eq!(
        household.verify(&token, &REQUEST),
        Err(InternalFault::UnknownKey)
    );
}

#[test]
fn what_is_minted_one_way_is_not_taken_the_other_way() {
    let keys = Keys::make();
    let to_gateway = InternalRequest {
        audience: "gateway",
        ..REQUEST
    };
    let own = Caller::service("household");
    let token = keys.signer("household").mint(&own, &to_gateway).unwrap();
    assert_eq!(
        keys.verifier("gateway").verify(&token, &to_gateway),
        Ok(own)
    );
    assert_eq!(
        keys.verifier("household").verify(&token, &REQUEST),
        Err(InternalFault::UnknownKey)
    );
}

#[test]
fn a_service_without_a_trusted_key_is_not_asked() {
    let signer = Keys::make().signer("gateway");
    assert!(signer.knows("household") && !signer.knows("forestry") && !signer.knows("gateway"));
    let unknown = InternalRequest {
        audience: "forestry",
        ..REQUEST
    };
    assert_eq!(
        signer.mint(&citizen(), &unknown),
        Err(MintFault::UnknownService)
    );
}

#[test]
fn a_header_is_taken_to_the_byte_or_not_at_all() {
    let world = world();
    let token = world.gateway.mint(&citizen(), &REQUEST).unwrap();
    let (header, rest) = token.split_once('.').unwrap();
    let header = String::from_utf8(URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    for (from, to) in [
        ("HS256", "none"),
        ("HS256", "HS512"),
        ("HS256", "EdDSA"),
        ("lifeboat-internal+jwt", "at+jwt"),
        ("lifeboat-internal+jwt", "Lifeboat-Internal+jwt"),
        ("{", "{ "),
        ("{", r#"{"crit":["b64"],"b64":false,"#),
    ] {
        assert!(header.contains(from));
        let other = URL_SAFE_NO_PAD.encode(header.replacen(from, to, 1));
        assert_eq!(
            world.household.verify(&format!("{other}.{rest}"), &REQUEST),
            Err(InternalFault::UnknownKey)
        );
    }
    let (message, tag) = token.rsplit_once('.').unwrap();
    let tag = URL_SAFE_NO_PAD.decode(tag).unwrap();
    for short in [0, 1, 16, 31] {
        let cut = URL_SAFE_NO_PAD.encode(&tag[..short]);
        assert_eq!(
            world
                .household
                .verify(&format!("{message}.{cut}"), &REQUEST),
            Err(JwsFault::Signature.into())
        );
    }
    for malformed in ["", "a", "a.b", &token[..token.len() - 44]] {
        let refused = world.household.verify(malformed, &REQUEST);
        assert!(refused.is_err(), "{malformed}");
    }
    let long = format!("{token}{}", "A".repeat(8 * 1024));
    assert_eq!(
        world.household.verify(&long, &REQUEST),
        Err(JwsFault::TooLong.into())
    );
    assert!(world.household.verify(&token, &REQUEST).is_ok());
}

#[test]
fn keys_change_while_requests_go_on() {
    let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let [old, new, gateway] = [(); 3].map(|()| ServiceKey::generate().unwrap());
    let public = |keys: &[&ServiceKey]| {
        let households = keys.iter().map(|key| key.service_jwk("household"));
        let all: Vec<_> = households.chain([gateway.service_jwk("gateway")]).collect();
        TrustedServices::from_members(&all).unwrap()
    };
    let [before, during, after] = [public(&[&old]), public(&[&new, &old]), public(&[&new])];
    let pem = |key: &ServiceKey| key.to_pkcs8_pem().unwrap().expose_secret().to_owned();
    let both = ServiceKeys::from_pkcs8_pem(&format!("{}{}", pem(&old), pem(&new))).unwrap();
    let household = InternalVerifier::new("household", &both, &before, clock.clone()).unwrap();
    let gateway = ServiceKeys::from_pkcs8_pem(&pem(&gateway)).unwrap();
    for trusted in [before, during, after] {
        let signer = InternalSigner::new("gateway", &gateway, &trusted, clock.clone()).unwrap();
        let token = signer.mint(&citizen(), &REQUEST).unwrap();
        assert_eq!(household.verify(&token, &REQUEST), Ok(citizen()));
    }
}

#[test]
fn only_x25519_keys_are_keys_of_services() {
    let pem = ServiceKey::generate().unwrap().to_pkcs8_pem().unwrap();
    let pem = pem.expose_secret();
    let other = SigningKey::generate_ed25519().unwrap();
    let other_pem = other.to_pkcs8_pem().unwrap();
    for (text, fault) in [
        (String::new(), SigningKeyFault::NotPem),
        (
            format!("{pem}{pem}{pem}{pem}{pem}"),
            SigningKeyFault::NotPem,
        ),
        (format!("{pem}trailing"), SigningKeyFault::NotPem),
        (
            other_pem.expose_secret().to_owned(),
            SigningKeyFault::NotAServiceKey,
        ),
    ] {
        assert_eq!(ServiceKeys::from_pkcs8_pem(&text).unwrap_err(), fault);
    }

    let sound = ServiceKey::generate().unwrap().service_jwk("household");
    let refused = |member: &str, value: Option<serde_json::Value>| {
        let mut jwk = sound.clone();
        match value {
            Some(value) => jwk.insert(member.into(), value),
            None => jwk.remove(member),
        };
        TrustedServices::from_members([&jwk]).unwrap_err()
    };
    for (member, value, fault) in [
        ("kty", Some(json!("EC")), KeyFault::NotX25519),
        ("kty", Some(json!("oct")), KeyFault::Secret),
        ("crv", Some(json!("Ed25519")), KeyFault::NotX25519),
        ("d", Some(json!("AAAA")), KeyFault::Secret),
        ("use", Some(json!("sig")), KeyFault::OtherUse),
        ("alg", Some(json!("EdDSA")), KeyFault::OtherUse),
        ("key_ops", Some(json!(["verify"])), KeyFault::OtherUse),
        ("x", Some(json!("AAAA")), KeyFault::Malformed),
        ("x", None, KeyFault::Malformed),
        ("kid", Some(json!("another")), KeyFault::Malformed),
        ("lifeboat_service", None, KeyFault::Malformed),
        ("lifeboat_service", Some(json!("")), KeyFault::Malformed),
        ("lifeboat_service", Some(json!(7)), KeyFault::Malformed),
    ] {
        assert_eq!(
            refused(member, value),
            KeySetFault::Key(0, fault),
            "{member}"
        );
    }
    let mut anothers = sound.clone();
    anothers.insert("lifeboat_service".into(), "gateway".into());
    assert_eq!(
        TrustedServices::from_members([&sound, &anothers]).unwrap_err(),
        KeySetFault::DuplicateKid
    );
}

#[test]
fn a_point_without_a_secret_is_refused() {
    // Of small order: whoever agrees with it gets zeros, which everybody knows.
    for point in [[0; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        let jwk = json!({"kty": "OKP", "crv": "X25519", "x": URL_SAFE_NO_PAD.encode(point), "lifeboat_service": "gateway"});
        let trusted = TrustedServices::from_members([jwk.as_object().unwrap()]).unwrap();
        let own = ServiceKey::generate().unwrap().into();
        let clock = runtime::clock::system();
        assert!(InternalVerifier::new("household", &own, &trusted, clock).is_err());
    }
}
