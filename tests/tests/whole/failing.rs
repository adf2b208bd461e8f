//! What each dependency's end means: 503 with `Retry-After`, never an open door, and recovery by itself.

use end_to_end::client::Client;
use end_to_end::site::Foundation;
use reqwest::Response;
use test_support::{ports, postgres, redis};

use super::world::{World, eventually, load, problem};

const PATH: &str = "/household/v1/me";

pub(crate) async fn unavailable(answer: Response) {
    assert!(answer.headers().contains_key("retry-after"), "{answer:?}");
    problem(answer, 503).await;
}

pub(crate) async fn recovers(what: &str, citizen: &mut Client, path: &str) {
    eventually(what, async || {
        citizen
            .get(path)
            .await
            .is_ok_and(|answer| answer.status() == 200)
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_household_lookups_wait_and_the_rest_goes_on() {
    let mut world = World::sqlite().await;
    let mut citizen = world.citizen(0).await;
    world.site.service("household").unwrap().kill();
    unavailable(citizen.get(PATH).await.unwrap()).await;
    let log = citizen.get("/identity/v1/me/access-log").await.unwrap();
    assert_eq!(log.status(), 200, "identity answers all the same");
    let refused = Client::citizen(&world.site.gateway, &world.people[1])
        .await
        .unwrap_err();
    assert!(
        refused.to_string().contains("503"),
        "facts cannot be checked: {refused}"
    );
    world.site.start_service("household").unwrap();
    recovers("lookups", &mut citizen, PATH).await;
    world.citizen(1).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_identity_tokens_hold_only_while_revocations_are_known() {
    let mut world = World::sqlite().await;
    let mut citizen = world.citizen(0).await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    world.site.service("identity").unwrap().kill();
    eventually("no token is believed", async || {
        let answer = citizen.get(PATH).await.unwrap();
        let status = answer.status();
        if status == 503 {
            unavailable(answer).await;
        } else {
            assert_eq!(status, 200);
        }
        status == 503
    })
    .await;
    world.site.start_service("identity").unwrap();
    recovers("lookups", &mut citizen, PATH).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_redis_no_proof_is_believed() {
    let mut server = tokio::task::spawn_blocking(redis::Server::start)
        .await
        .unwrap();
    let world = World::on(Foundation {
        redis: Some(server.url().to_owned()),
        ..Foundation::default()
    })
    .await;
    let mut citizen = world.citizen(0).await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    server.kill();
    unavailable(citizen.get(PATH).await.unwrap()).await;
    server.start_again();
    recovers("lookups", &mut citizen, PATH).await;
}

/// Where the log of looks is away nobody looks, and whoever watches the measures is told before somebody complains.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_the_log_of_looks_nobody_looks_and_the_measures_say_so() {
    let mut server = tokio::task::spawn_blocking(|| {
        let server = postgres::Server::start();
        load(server.url());
        server
    })
    .await
    .unwrap();
    let admin = format!("127.0.0.1:{}", ports::free());
    let world = World::on(Foundation {
        postgres: Some(server.url().to_owned()),
        redis: Some(redis::url().await),
        settings: vec![("gateway", format!("admin.listen={admin}"))],
        ..Foundation::default()
    })
    .await;
    let writable = async |value: &str| {
        let measures = reqwest::get(format!("http://{admin}/metrics"));
        let measures = measures.await.unwrap().text().await.unwrap();
        let line = format!("lifeboat_audit_writable {value}");
        measures.lines().any(|known| known == line)
    };
    let mut citizen = world.citizen(0).await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    assert!(writable("1").await);

    server.kill();
    // Nobody asks: it is seen all the same.
    eventually("it is said that nothing can be written", async || {
        writable("0").await
    })
    .await;
    unavailable(citizen.get(PATH).await.unwrap()).await;
    server.start_again();
    recovers("lookups", &mut citizen, PATH).await;
    assert!(writable("1").await);
}
