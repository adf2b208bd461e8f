//! Nothing is trusted because of where it came from.

use access::caller::Caller;
use access::internal::{InternalRequest, InternalSigner, ServiceKey, TrustedServices};
use chrono::TimeDelta;
use reqwest::Method;
use secrecy::ExposeSecret;
use test_support::postgres;

use crate::world::{WANG, World, citizen};

const PATHS: [(&str, &str); 6] = [
    ("POST", "/v1/token"),
    ("POST", "/v1/revoke"),
    ("GET", "/v1/me/access-log"),
    ("GET", "/.well-known/oauth-authorization-server"),
    ("GET", "/.well-known/jwks.json"),
    ("GET", "/internal/v1/revocations"),
];

fn method(name: &str) -> Method {
    name.parse().unwrap()
}

#[tokio::test]
async fn without_a_token_of_the_gateways_nothing_is_answered() {
    let world = World::sqlite().await;
    for (verb, path) in PATHS {
        for headers in [
            &[][..],
            &[("authorization", "Lifeboat x.y.z")][..],
            &[("authorization", "Bearer x.y.z")][..],
            &[("authorization", "Lifeboat")][..],
        ] {
            let answer = world
                .raw(&world.url(), method(verb), path, headers, "")
                .await;
            assert_eq!(answer.status, 401, "{verb} {path}");
            assert_eq!(answer.headers["content-type"], "application/problem+json");
        }
    }
}

#[tokio::test]
async fn a_token_for_another_request_service_or_time_is_refused() {
    let world = World::sqlite().await;
    let caller = citizen(WANG);
    let target = |audience, method, path| InternalRequest {
        audience,
        method,
        path_and_query: path,
        body: b"",
    };
    let path = "/v1/me/access-log";
    let mint = |signer: &InternalSigner, target: &InternalRequest<'_>| {
        format!("Lifeboat {}", signer.mint(&caller, target).unwrap())
    };
    let stranger = ServiceKey::generate().unwrap().into();
    let trusted = &world.settings.trusted_services_file;
    let trusted = TrustedServices::from_jwks(&std::fs::read_to_string(trusted).unwrap()).unwrap();
    let stranger =
        InternalSigner::new("gateway", &stranger, &trusted, world.clock.clone()).unwrap();
    let good = mint(&world.gateway, &target("identity", "GET", path));
    let old = mint(&world.gateway, &target("identity", "GET", path));
    let wrong = [
        mint(&world.gateway, &target("household", "GET", path)),
        mint(&world.gateway, &target("identity", "POST", path)),
        mint(&world.gateway, &target("identity", "GET", "/v1/token")),
        mint(
            &world.gateway,
            &target("identity", "GET", "/v1/me/access-log?limit=1"),
        ),
        mint(&stranger, &target("identity", "GET", path)),
    ];
    let status = async |authorization: &str| {
        let headers = [("authorization", authorization)];
        world
            .raw(&world.url(), Method::GET, path, &headers, "")
            .await
            .status
    };
    for authorization in &wrong {
        assert_eq!(status(authorization).await, 401);
    }
    assert_eq!(status(&good).await, 200);
    assert_eq!(status(&good).await, 401, "once");
    world.clock.advance(TimeDelta::minutes(1));
    assert_eq!(status(&old).await, 401, "for seconds");
}

#[tokio::test]
async fn other_services_may_nothing_and_the_gateway_itself_only_reads() {
    let world = World::sqlite().await;
    let gateway = Caller::service("gateway");
    for (verb, path) in PATHS {
        let answer = world.call(&gateway, method(verb), path, &[], "").await;
        let readable = !path.starts_with("/v1/");
        assert_eq!(
            answer.status,
            if readable { 200 } else { 403 },
            "{verb} {path}"
        );
    }
}

#[tokio::test]
async fn what_does_not_exist_is_a_problem_too() {
    let world = World::sqlite().await;
    let answer = world
        .call(&World::anybody(), Method::GET, "/v1/nothing", &[], "")
        .await;
    assert_eq!(answer.status, 404);
    assert_eq!(answer.headers["content-type"], "application/problem+json");
}

#[tokio::test]
async fn probes_tell_the_state_without_a_token() {
    let world = World::postgres().await;
    let ready = async || {
        world
            .raw(&world.url(), Method::GET, "/readyz", &[], "")
            .await
    };
    let live = world
        .raw(&world.url(), Method::GET, "/livez", &[], "")
        .await;
    assert_eq!(live.status, 200);
    let answer = ready().await;
    assert_eq!(
        (answer.status, answer.text("state")),
        (200, "ready".to_owned())
    );
    let url = world.settings.database.expose_secret();
    postgres::psql(url, "ALTER TABLE identity.key_rotation RENAME TO away").unwrap();
    for _ in 0..100 {
        if ready().await.status == 503 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(25)).await;
    }
    assert_eq!(ready().await.text("state"), "database-gone");
}

#[tokio::test]
async fn without_the_store_nobody_gets_a_token_and_everybody_is_told_when_to_come_back() {
    let world = World::postgres().await;
    let token = world.citizen().await.text("refresh_token");
    let url = world.settings.database.expose_secret();
    for table in ["facts_try", "refresh_token", "session", "revocation"] {
        postgres::psql(
            url,
            &format!("ALTER TABLE identity.{table} RENAME TO {table}_away"),
        )
        .unwrap();
    }
    let facts = crate::world::facts(WANG);
    for answer in [
        world.sign_in(&facts).await,
        world.refresh(&token).await,
        world.post("/v1/revoke", &[("token", &token)], None).await,
    ] {
        assert_eq!(answer.error(), (503, "temporarily_unavailable".to_owned()));
        assert!(answer.headers.contains_key("retry-after"));
    }
    let gateway = Caller::service("gateway");
    let list = world
        .call(&gateway, Method::GET, "/internal/v1/revocations", &[], "")
        .await;
    assert_eq!(list.status, 503, "no list is not an empty list");
}
