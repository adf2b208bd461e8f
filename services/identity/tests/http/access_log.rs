//! A person reads who looked at them, and nobody else does.

use access::caller::Caller;
use audit::Entry;
use reqwest::Method;
use runtime::clock::Clock;
use secrecy::ExposeSecret;
use serde_json::Value;
use test_support::postgres;
use uuid::Uuid;

use crate::world::{Answer, LIN, WANG, World, citizen, officer};

const PATH: &str = "/v1/me/access-log";

fn look(world: &World, subject: &str) -> Entry {
    Entry {
        id: Uuid::now_v7(),
        at: world.clock.now(),
        request_id: Uuid::now_v7(),
        subject: subject.to_owned(),
        caller_kind: "officer".to_owned(),
        caller: "taipei-household-1".to_owned(),
        agency: Some("臺北市政府民政局".to_owned()),
        post: Some("科員".to_owned()),
        purpose: Some("family-tracing".to_owned()),
        case_number: Some("113/42".to_owned()),
        service: "household".to_owned(),
        action: "person_by_id".to_owned(),
        fields: vec!["name".to_owned()],
        status: 200,
        address: "198.51.100.7".parse().ok(),
    }
}

async fn read(world: &World, caller: &Caller, query: &str) -> Answer {
    let path = format!("{PATH}{query}");
    world.call(caller, Method::GET, &path, &[], "").await
}

#[tokio::test]
async fn the_person_sees_who_when_why_and_what() {
    for world in World::both().await {
        let log = world.log().await;
        log.append(vec![look(&world, WANG), look(&world, LIN)])
            .await
            .unwrap();
        for person in [LIN, WANG] {
            let mut by_citizen = look(&world, WANG);
            by_citizen.caller_kind = "citizen".to_owned();
            by_citizen.caller = person.to_owned();
            log.append(vec![by_citizen]).await.unwrap();
        }
        let answer = read(&world, &citizen(WANG), "").await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.headers["cache-control"], "private, no-store");
        let body = answer.json();
        let entries = body["data"].as_array().unwrap();
        assert_eq!(entries.len(), 3, "Lin's are not among them");
        assert_eq!(body["next"], Value::Null);
        assert_eq!(entries[0]["caller"], WANG);
        assert_eq!(
            entries[1]["caller"], "F22345****",
            "another person's number is masked"
        );
        let officers = &entries[2];
        for (name, value) in [
            ("caller", "taipei-household-1"),
            ("agency", "臺北市政府民政局"),
            ("post", "科員"),
            ("purpose", "family-tracing"),
            ("case_number", "113/42"),
            ("service", "household"),
            ("action", "person_by_id"),
            ("at", "2026-11-21T04:00:00Z"),
        ] {
            assert_eq!(officers[name], value, "{name}");
        }
        assert_eq!(officers["fields"][0], "name");
        assert_eq!(officers["status"], 200);
        let text = String::from_utf8(answer.body.clone()).unwrap();
        assert!(!text.contains("198.51.100.7") && !text.contains(LIN));
    }
}

#[tokio::test]
async fn pages_follow_one_another_newest_first() {
    for world in World::both().await {
        let log = world.log().await;
        let mut ids = Vec::new();
        for _ in 0..25 {
            let entry = look(&world, WANG);
            ids.push(entry.id.to_string());
            log.append(vec![entry]).await.unwrap();
        }
        ids.reverse();
        let (mut read_ids, mut query) = (Vec::new(), "?limit=10".to_owned());
        let mut pages = 0;
        loop {
            pages += 1;
            assert!(pages <= 10, "the pages do not end");
            let page = read(&world, &citizen(WANG), &query).await.json();
            let data = page["data"].as_array().unwrap().iter();
            read_ids.extend(data.map(|entry| entry["id"].as_str().unwrap().to_owned()));
            match page["next"].as_str() {
                Some(next) => query = format!("?limit=10&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(read_ids, ids);
    }
}

#[tokio::test]
async fn parameters_that_cannot_be_read_are_named() {
    let world = World::sqlite().await;
    for query in [
        "?limit=0",
        "?limit=101",
        "?limit=x",
        "?cursor=x",
        "?cursor=",
        "?subject=F223456786",
        "?limit=1&limit=2",
    ] {
        let answer = read(&world, &citizen(WANG), query).await;
        assert_eq!(answer.status, 400, "{query}");
        assert_eq!(answer.headers["content-type"], "application/problem+json");
        assert_eq!(answer.json()["type"], "urn:lifeboat:problem:malformed");
    }
}

#[tokio::test]
async fn only_citizens_have_such_a_log() {
    let world = World::sqlite().await;
    assert_eq!(read(&world, &World::anybody(), "").await.status, 401);
    assert_eq!(read(&world, &officer(), "").await.status, 403);
    assert_eq!(
        read(&world, &Caller::service("gateway"), "").await.status,
        403
    );
}

#[tokio::test]
async fn a_cursor_of_another_person_shows_nothing_of_theirs() {
    let world = World::sqlite().await;
    let log = world.log().await;
    log.append(vec![look(&world, LIN), look(&world, LIN)])
        .await
        .unwrap();
    let page = read(&world, &citizen(LIN), "?limit=1").await.json();
    let query = format!("?cursor={}", page["next"].as_str().unwrap());
    let answer = read(&world, &citizen(WANG), &query).await;
    assert_eq!(answer.json()["data"], serde_json::json!([]));
}

#[tokio::test]
async fn without_the_log_it_says_so_and_nobody_signs_in() {
    let world = World::postgres().await;
    let url = world.settings.audit.database.expose_secret();
    postgres::psql(url, "ALTER TABLE audit.entry RENAME TO away").unwrap();
    let answer = read(&world, &citizen(WANG), "").await;
    assert_eq!(answer.status, 503);
    assert!(answer.headers.contains_key("retry-after"));
    for _ in 0..6 {
        let facts = crate::world::facts(WANG);
        assert_eq!(
            world.sign_in(&facts).await.status,
            503,
            "a look is logged or not taken"
        );
    }
    postgres::psql(url, "ALTER TABLE audit.away RENAME TO entry").unwrap();
    world.citizen().await;
}
