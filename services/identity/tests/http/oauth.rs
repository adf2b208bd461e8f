//! What every OAuth client may rely on: errors, headers, metadata.

use access::caller::Caller;
use access::descriptor::Descriptor;
use access::policy::PolicyStore;
use reqwest::Method;

use crate::world::{ISSUER, TOKEN_ENDPOINT, World};

#[tokio::test]
async fn requests_that_cannot_be_read_are_told_why() {
    let world = World::sqlite().await;
    let form = "application/x-www-form-urlencoded";
    for (kind, body, error) in [
        (form, "", "invalid_request"),
        (form, "grant_type=", "invalid_request"),
        (
            form,
            "grant_type=refresh_token&grant_type=refresh_token",
            "invalid_request",
        ),
        (
            "application/json",
            "{\"grant_type\":\"refresh_token\"}",
            "invalid_request",
        ),
        (
            form,
            "grant_type=password&username=a&password=b",
            "unsupported_grant_type",
        ),
        (
            form,
            "grant_type=authorization_code&code=x",
            "unsupported_grant_type",
        ),
    ] {
        let headers = [("content-type", kind)];
        let answer = world
            .call(&World::anybody(), Method::POST, "/v1/token", &headers, body)
            .await;
        assert_eq!(answer.error(), (400, error.to_owned()), "{body}");
        assert_eq!(answer.headers["content-type"], "application/json");
        assert_eq!(answer.headers["cache-control"], "no-store");
        assert!(!answer.text("error_description").is_empty());
    }
}

#[tokio::test]
async fn a_body_that_is_too_large_is_refused() {
    let world = World::sqlite().await;
    let body = format!("grant_type={}", "x".repeat(17 * 1024));
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    let answer = world
        .call(
            &World::anybody(),
            Method::POST,
            "/v1/token",
            &headers,
            &body,
        )
        .await;
    assert_eq!(answer.status, 413);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn the_metadata_names_the_public_addresses() {
    let world = World::sqlite().await;
    let path = "/.well-known/oauth-authorization-server";
    for caller in [World::anybody(), Caller::service("gateway")] {
        let answer = world.call(&caller, Method::GET, path, &[], "").await;
        assert_eq!(answer.status, 200);
        let metadata = answer.json();
        assert_eq!(metadata["issuer"], ISSUER);
        assert_eq!(metadata["token_endpoint"], TOKEN_ENDPOINT);
        assert_eq!(
            metadata["jwks_uri"],
            format!("{ISSUER}/.well-known/jwks.json")
        );
        assert_eq!(
            metadata["grant_types_supported"].as_array().unwrap().len(),
            3
        );
        assert_eq!(metadata["response_types_supported"], serde_json::json!([]));
        assert_eq!(metadata["dpop_signing_alg_values_supported"][0], "ES256");
    }
}

#[test]
fn the_document_describes_every_operation_and_its_policies_hold() {
    let document = identity::openapi();
    let json: serde_json::Value = serde_json::from_str(&document.to_json().unwrap()).unwrap();
    assert_eq!(json["x-lifeboat"]["service"], "identity");
    let mut operations = 0;
    let paths = json["paths"].as_object().unwrap();
    for (path, item) in paths {
        assert!(!path.starts_with("/internal"), "{path}");
        for (_, operation) in item.as_object().unwrap() {
            operations += 1;
            assert!(
                operation["summary"]
                    .as_str()
                    .is_some_and(|text| !text.is_ascii()),
                "{path}"
            );
            assert!(operation["operationId"].is_string(), "{path}");
            assert!(operation["tags"][0].is_string(), "{path}");
        }
    }
    assert_eq!(operations, 5);
    let descriptor = Descriptor::from_openapi(&document.to_json().unwrap()).unwrap();
    let policies = PolicyStore::new([descriptor]).unwrap();
    let anybody = Caller::anonymous(None);
    let allowed =
        |caller: &Caller, method, path| policies.permits_route(caller, "identity", method, path);
    assert!(allowed(&anybody, "POST", "/v1/token"));
    assert!(!allowed(&anybody, "GET", "/v1/me/access-log"));
    assert!(allowed(
        &crate::world::citizen(crate::world::WANG),
        "GET",
        "/v1/me/access-log"
    ));
    assert!(!allowed(
        &crate::world::officer(),
        "GET",
        "/v1/me/access-log"
    ));
}
