//! A partition: the line to a dependency stays open, but not a byte flows. The answer is 503 with `Retry-After` in time,
//! and lookups go on by themselves once the line is mended.

use std::time::{Duration, Instant};

use end_to_end::client::Client;
use end_to_end::site::Foundation;
use test_support::postgres;
use test_support::proxy::{Line, Proxy};
use test_support::redis;

use super::failing::{recovers, unavailable};
use super::world::{PATIENCE, World, load};

const PATH: &str = "/household/v1/me";

/// What the machine may take beyond a deadline: it stalls for seconds. With more, the gateway's usual deadline would do, too.
const ROOM: Duration = Duration::from_secs(6);

/// Two lookups during the stall, so that the second meets what the first left behind, and one after it.
async fn waits_no_longer_than(deadline: Duration, line: &Proxy, citizen: &mut Client) {
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    line.set(Line::Stall);
    for _ in 0..2 {
        let asked = Instant::now();
        let answer = citizen.get(PATH).await.unwrap();
        let waited = asked.elapsed();
        unavailable(answer).await;
        assert!(waited < deadline + ROOM, "waited for {waited:?}");
    }
    line.set(Line::Pass);
    recovers("lookups after the stall", citizen, PATH).await;
}

fn host(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit_once('@').map(|(_, host)| host);
    host.unwrap_or(authority).to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stall_between_gateway_and_household_is_not_waited_out() {
    let mut world = World::on(Foundation {
        settings: vec![("gateway", "service.forwarding.timeout_ms=2000".to_owned())],
        ..Foundation::default()
    })
    .await;
    let line = Proxy::start(host(&world.site.readiness("household").unwrap())).await;
    let through = format!("service.upstreams.household=http://{}", line.address());
    world.site.set("gateway", through);
    let readiness = world.site.readiness("gateway").unwrap();
    let gateway = world.site.service("gateway").unwrap();
    gateway.terminate();
    gateway.exit(PATIENCE).await;
    world.site.start_service("gateway").unwrap();
    let gateway = world.site.service("gateway").unwrap();
    gateway.answers(&readiness, PATIENCE).await;
    let mut citizen = world.citizen(0).await;
    waits_no_longer_than(Duration::from_secs(2), &line, &mut citizen).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stall_between_household_and_postgresql_is_not_waited_out() {
    let database = postgres::database().await;
    load(&database.url);
    let line = Proxy::start(host(&database.url)).await;
    let through = line.in_front_of(&database.url);
    let world = World::on(Foundation {
        postgres: Some(database.url.clone()),
        settings: vec![
            ("household", format!("service.database={through}")),
            ("household", "service.limits.deadline_ms=2000".to_owned()),
        ],
        ..Foundation::default()
    })
    .await;
    let mut citizen = world.citizen(0).await;
    waits_no_longer_than(Duration::from_secs(2), &line, &mut citizen).await;
    drop(world);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stall_between_gateway_and_redis_is_not_waited_out() {
    let shared = redis::url().await;
    let line = Proxy::start(host(&shared)).await;
    let world = World::on(Foundation {
        redis: Some(line.in_front_of(&shared)),
        ..Foundation::default()
    })
    .await;
    let mut citizen = world.citizen(0).await;
    waits_no_longer_than(Duration::from_secs(2), &line, &mut citizen).await;
}
