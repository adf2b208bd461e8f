//! A token inside is good for one request to one service, once, from a service that may say so.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::Arc;

use access::caller::{Caller, CallerKind};
use access::internal::{InternalFault, InternalRequest, InternalSigner, InternalVerifier};
use access::jws::JwsFault;
use access::keys::{KeySet, SigningKey};
use access::lifetime::TimeFault;
use chrono::{DateTime, Duration};
use runtime::clock::ManualClock;
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

fn world() -> World {
    let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let (gateway, identity) = (
        SigningKey::generate_ed25519().unwrap(),
        SigningKey::generate_es256().unwrap(),
    );
    let keys = [
        gateway.service_jwk("gateway"),
        identity.service_jwk("identity"),
    ];
    World {
        household: InternalVerifier::new(
            "household",
            KeySet::from_members(&keys).unwrap(),
            clock.clone(),
        ),
        gateway: InternalSigner::new("gateway", gateway, clock.clone()),
        identity: InternalSigner::new("identity", identity, clock.clone()),
        clock,
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
        Err(InternalFault::OtherAudience)
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
fn a_key_of_one_service_cannot_claim_to_be_another() {
    let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let key = SigningKey::generate_ed25519().unwrap();
    let trusted = KeySet::from_members([&key.service_jwk("identity")]).unwrap();
    let household = InternalVerifier::new("household", trusted, clock.clone());
    let liar = InternalSigner::new("gateway", key, clock.clone());
    let token = liar.mint(&citizen(), &REQUEST).unwrap();
    assert_eq!(
        household.verify(&token, &REQUEST),
        Err(InternalFault::OtherIssuer)
    );

    let stranger = InternalSigner::new(
        "gateway",
        SigningKey::generate_ed25519().unwrap(),
        clock.clone(),
    );
    let token = stranger.mint(&citizen(), &REQUEST).unwrap();
    assert_eq!(
        household.verify(&token, &REQUEST),
        Err(InternalFault::UnknownKey)
    );

    let nobodys = SigningKey::generate_ed25519().unwrap();
    household.set_keys(KeySet::from_members([&nobodys.public_jwk()]).unwrap());
    let token = InternalSigner::new("gateway", nobodys, clock)
        .mint(&citizen(), &REQUEST)
        .unwrap();
    assert_eq!(
        household.verify(&token, &REQUEST),
        Err(InternalFault::UnknownKey)
    );
}

#[test]
fn another_kind_of_token_of_the_same_key_is_refused() {
    let clock = ManualClock::new(DateTime::from_timestamp(1_800_000_000, 0).unwrap());
    let key = SigningKey::generate_ed25519().unwrap();
    let trusted = KeySet::from_members([&key.service_jwk("gateway")]).unwrap();
    let household = InternalVerifier::new("household", trusted, clock);
    for typ in ["at+jwt", "JWT", "Lifeboat-Internal+jwt", "dpop+jwt"] {
        let token = key.sign(typ, &json!({})).unwrap();
        assert_eq!(
            household.verify(&token, &REQUEST),
            Err(JwsFault::Type.into())
        );
    }
    let bare = key
        .sign("lifeboat-internal+jwt", &json!({ "iss": "gateway" }))
        .unwrap();
    assert_eq!(
        household.verify(&bare, &REQUEST),
        Err(JwsFault::Claims.into())
    );
}
