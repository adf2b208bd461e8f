//! What the gateway did not mint for this very request is refused, on every operation.

use crate::site::{FATHER, MOTHER, citizen, officer, on_both};
use reqwest::{Method, StatusCode};
use serde_json::Value;

const OPERATIONS: &[(&str, &str)] = &[
    ("GET", "/v1/me"),
    ("GET", "/v1/me/household"),
    ("GET", "/v1/me/kin"),
    ("GET", "/v1/persons/A123456789"),
    ("GET", "/v1/persons?name=X&birth_date=1970-01-01"),
    ("GET", "/v1/persons/A123456789/kin"),
    ("GET", "/v1/households/F0000001"),
    ("GET", "/v1/households?address=abc"),
    ("POST", "/v1/identity-checks"),
];

fn method(name: &str) -> Method {
    name.parse().unwrap()
}

on_both!(without_a_token_nothing_is_answered, site => {
    for (name, path) in OPERATIONS {
        for token in [None, Some("not.a.token".to_owned()), Some(String::new())] {
            let answer = site.send(method(name), path, token, Vec::new(), &[]).await;
            assert_eq!(answer.status(), StatusCode::UNAUTHORIZED, "{name} {path}");
            let body: Value = answer.json().await.unwrap();
            assert_eq!(body["type"], "urn:lifeboat:problem:unauthenticated");
        }
    }
    site.stop().await;
});

on_both!(a_token_is_good_for_one_request_only, site => {
    let caller = citizen(FATHER);
    let token = site.mint("gateway", &caller, "GET", "/v1/me", b"");
    let statuses = async |token: &String, name: &str, path: &str| {
        site.send(method(name), path, Some(token.clone()), Vec::new(), &[]).await.status()
    };
    assert_eq!(statuses(&token, "GET", "/v1/me/kin").await, StatusCode::UNAUTHORIZED, "another path");
    assert_eq!(statuses(&token, "POST", "/v1/me").await, StatusCode::UNAUTHORIZED, "another method");
    assert_eq!(statuses(&token, "GET", "/v1/me?x=1").await, StatusCode::UNAUTHORIZED, "another query");
    assert_eq!(statuses(&token, "GET", "/v1/me").await, StatusCode::OK);
    assert_eq!(statuses(&token, "GET", "/v1/me").await, StatusCode::UNAUTHORIZED, "a second time");
    site.stop().await;
});

on_both!(a_token_is_bound_to_its_body, site => {
    let path = "/v1/identity-checks";
    let minted_for = format!(r#"{{"national_id":"{FATHER}","birth_date":"1970-01-31"}}"#);
    let sent = format!(r#"{{"national_id":"{MOTHER}","birth_date":"1970-01-31"}}"#);
    let token = site.mint("gateway", &officer(), "POST", path, minted_for.as_bytes());
    let answer = site.send(Method::POST, path, Some(token), sent.into(), &[("content-type", "application/json")]).await;
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    site.stop().await;
});

on_both!(a_body_past_the_limit_is_refused, site => {
    let path = "/v1/identity-checks";
    let body = vec![b' '; 100 * 1024];
    let token = site.mint("gateway", &officer(), "POST", path, &body);
    let answer = site.send(Method::POST, path, Some(token), body, &[("content-type", "application/json")]).await;
    assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    site.stop().await;
});
