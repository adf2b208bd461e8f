//! Nobody says in which order things start: identity waits for its database, and says that it does.

use reqwest::Method;
use serde_json::json;
use test_support::postgres;
use test_support::proxy::{Line, Proxy};

use crate::world::{WANG, World, facts};

async fn state(world: &World) -> (u16, String) {
    let answer = world
        .raw(&world.url(), Method::GET, "/readyz", &[], "")
        .await;
    (answer.status, answer.text("state"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_comes_later_is_opened_when_it_does() {
    let database = postgres::database().await;
    let server = reqwest::Url::parse(&database.url).unwrap();
    let server = format!("127.0.0.1:{}", server.port().unwrap());
    let line = Proxy::start(server).await;
    line.set(Line::Refuse);
    let url = line.in_front_of(&database.url);
    let world = World::sqlite_with(|settings| {
        settings["database"] = json!(url);
        settings["audit"]["database"] = json!(url);
    })
    .await;
    assert_eq!(state(&world).await, (503, "database-gone".to_owned()));
    let early = world.post("/v1/token", &[], None).await;
    assert_eq!(early.error(), (503, "temporarily_unavailable".to_owned()));
    assert!(early.headers.contains_key("retry-after"));
    let keys = world
        .call(
            &World::anybody(),
            Method::GET,
            "/.well-known/jwks.json",
            &[],
            "",
        )
        .await;
    assert_eq!(keys.status, 503);
    assert_eq!(keys.headers["content-type"], "application/problem+json");
    line.set(Line::Pass);
    for _ in 0..200 {
        if state(&world).await.0 == 200 {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(state(&world).await, (200, "ready".to_owned()));
    assert_eq!(world.sign_in(&facts(WANG)).await.status, 200);
}

#[tokio::test]
async fn keys_sealed_with_another_key_end_the_start() {
    let mut world = World::sqlite().await;
    world.stop().await;
    let other = identity::SealingKey::generate().unwrap();
    let text = secrecy::ExposeSecret::expose_secret(&other).to_owned();
    std::fs::write(&world.settings.sealing_key_file, text).unwrap();
    let refused = identity::start(world.settings.clone(), world.parts()).await;
    let said = refused.unwrap_err().to_string();
    assert!(said.contains("another sealing key"), "{said}");
}
