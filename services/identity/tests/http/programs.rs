//! Officers' and agencies' programs sign in with their own key.

use access::assertion;
use access::caller::{Assurance, CallerKind};
use access::keys::SigningKey;
use chrono::TimeDelta;
use runtime::clock::Clock;
use serde_json::{Value, json};

use crate::world::{ISSUER, OFFICER, TOKEN_ENDPOINT, World, program_form};

fn refused() -> (u16, String) {
    (401, "invalid_client".to_owned())
}

#[tokio::test]
async fn a_program_earns_a_token_with_its_post_and_functions() {
    for world in World::both().await {
        for audience in [ISSUER, TOKEN_ENDPOINT] {
            let now = world.clock.now();
            let proof = assertion::make(&world.officer_key, OFFICER, audience, now).unwrap();
            let answer = world.program(&proof).await;
            assert_eq!(answer.status, 200);
            assert!(answer.json().get("refresh_token").is_none());
            let claims = world.claims(&answer.text("access_token")).await.unwrap();
            assert_eq!(
                (claims.sub.as_str(), claims.client_id.as_str()),
                (OFFICER, OFFICER)
            );
            assert_eq!(claims.kind, CallerKind::Officer);
            assert_eq!(claims.acr, Assurance::Strong);
            assert_eq!(claims.agency.as_deref(), Some("臺北市政府民政局"));
            assert_eq!(claims.post.as_deref(), Some("科員"));
            assert!(claims.functions.contains("household"));
            assert!(claims.clearances.contains("protected-persons"));
            assert_eq!(claims.sid, None);
        }
    }
}

#[tokio::test]
async fn an_assertion_is_good_for_one_use() {
    let world = World::sqlite().await;
    let assertion = world.assertion();
    assert_eq!(world.program(&assertion).await.status, 200);
    assert_eq!(world.program(&assertion).await.error(), refused());
}

#[tokio::test]
async fn assertions_that_do_not_hold_are_refused_alike() {
    let world = World::sqlite().await;
    let now = world.clock.now();
    let key = &world.officer_key;
    let at = now.timestamp();
    let stranger = SigningKey::generate_es256().unwrap();
    let sign = |claims: Value| key.sign("JWT", &claims).unwrap();
    let claims = |change: Value| {
        let mut claims =
            json!({"iss": OFFICER, "sub": OFFICER, "aud": ISSUER, "exp": at + 60, "jti": "1"});
        claims
            .as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        claims
    };
    let mut bodies = Vec::new();
    for assertion in [
        assertion::make(&stranger, OFFICER, ISSUER, now).unwrap(),
        assertion::make(key, "nobody", ISSUER, now).unwrap(),
        assertion::make(key, OFFICER, "https://other.example", now).unwrap(),
        assertion::make(key, OFFICER, ISSUER, now - TimeDelta::minutes(5)).unwrap(),
        assertion::make(key, OFFICER, ISSUER, now + TimeDelta::minutes(5)).unwrap(),
        sign(claims(json!({"iss": "other"}))),
        sign(claims(json!({"aud": [ISSUER, "https://other.example"]}))),
        sign(claims(json!({"exp": at + 86_400}))),
        sign(claims(json!({"exp": "tomorrow"}))),
        sign(claims(json!({"nbf": at + 600}))),
        key.sign("at+jwt", &claims(json!({}))).unwrap(),
        "x".to_owned(),
        "eyJhbGciOiJub25lIn0.e30.".to_owned(),
    ] {
        let answer = world.program(&assertion).await;
        assert_eq!(answer.error(), refused(), "{assertion}");
        bodies.push(answer.body);
    }
    assert!(bodies.iter().all(|body| *body == bodies[0]));
}

#[tokio::test]
async fn the_form_says_how_and_who() {
    let world = World::sqlite().await;
    let assertion = world.assertion();
    let form = program_form(&assertion);
    for left_out in 1..form.len() {
        let mut partial = form.clone();
        partial.remove(left_out);
        assert_eq!(
            world.token(&partial).await.error(),
            (400, "invalid_request".to_owned())
        );
    }
    let mut other_type = form.clone();
    other_type[1].1 = "urn:ietf:params:oauth:client-assertion-type:saml2-bearer";
    assert_eq!(
        world.token(&other_type).await.error(),
        (400, "invalid_request".to_owned())
    );
    let mut as_another = form.clone();
    as_another.push(("client_id", "somebody-else"));
    assert_eq!(world.token(&as_another).await.error(), refused());
}

#[tokio::test]
async fn a_program_that_asks_too_often_waits() {
    let world = World::sqlite_with(|settings| {
        settings["rates"] = json!({"client": {"per_second": 1, "burst": 2}});
    })
    .await;
    for _ in 0..2 {
        assert_eq!(world.program(&world.assertion()).await.status, 200);
    }
    let answer = world.program(&world.assertion()).await;
    assert_eq!(answer.status, 429);
    assert!(answer.headers.contains_key("retry-after"));
}

#[tokio::test]
async fn a_configuration_with_unsound_programs_does_not_start() {
    let world = World::sqlite().await;
    let secret_half = world.officer_key.to_pkcs8_pem().unwrap();
    let secret_file = world.folder.path().join("secret.pem");
    std::fs::write(
        &secret_file,
        secrecy::ExposeSecret::expose_secret(&secret_half),
    )
    .unwrap();
    let sound = world.settings.clients[0].clone();
    let mut unsound = Vec::new();
    for kind in [
        CallerKind::Citizen,
        CallerKind::Service,
        CallerKind::Anonymous,
    ] {
        let mut client = sound.clone();
        client.kind = kind;
        unsound.push(vec![client]);
    }
    let mut keyless = sound.clone();
    keyless.jwk = None;
    unsound.push(vec![keyless]);
    let mut private = sound.clone();
    private.jwk = None;
    private.public_key_file = Some(secret_file);
    unsound.push(vec![private]);
    unsound.push(vec![sound.clone(), sound]);
    for clients in unsound {
        let mut settings = world.settings.clone();
        settings.clients = clients;
        let error = identity::start(settings, world.parts()).await.unwrap_err();
        assert!(error.to_string().contains(OFFICER), "{error}");
    }
}
