//! A capability with two tables, three lookups and one application, what demonstrates it included, is under 400 lines.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use capability_test::{Site, citizen, officer};
use invented::World;
use reqwest::StatusCode;
use serde_json::Value;
use snapshot::{PoolOptions, Store};

use crate::CAPABILITY;

/// Lines of all files of the capability.
fn lines(place: &Path) -> usize {
    if place.is_file() {
        return fs::read_to_string(place).unwrap().lines().count();
    }
    let inside = fs::read_dir(place).unwrap();
    let inside = inside.map(|entry| entry.unwrap().path());
    inside
        .filter(|path| !path.ends_with("promise.rs"))
        .map(|path| lines(&path))
        .sum()
}

#[test]
fn it_is_under_400_lines() {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let own = lines(&here.join("tests/smallest"));
    // As a crate of its own it has these two besides; they are the same in all.
    let service = here.join("../../services/health-enrolment");
    let besides = lines(&service.join("src/main.rs")) + lines(&service.join("Cargo.toml"));
    assert!(own > 200, "{own} lines: that is not all of it");
    let all = own + besides;
    assert!(all < 400, "{own} lines and {besides} of its crate: {all}");
}

#[test]
fn it_is_two_tables_three_lookups_and_one_application() {
    assert_eq!((CAPABILITY.tables)().len(), 2);
    assert_eq!(CAPABILITY.applications.len(), 1);
    let document: Value = serde_json::from_str(&CAPABILITY.openapi().to_json().unwrap()).unwrap();
    let paths = document["paths"].as_object().unwrap();
    let of_its_own: Vec<_> = paths
        .iter()
        .filter(|(path, _)| !path.contains("application"))
        .filter(|(path, _)| !["/v1/attachments", "/v1/receipt-keys"].contains(&path.as_str()))
        .collect();
    assert_eq!(of_its_own.len(), 3, "{of_its_own:?}");
    assert!(of_its_own.iter().all(|(_, item)| item["get"].is_object()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_answers_and_takes_the_application_that_it_demonstrates() {
    let world = World::invent(200, 1).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().display());
    let rows = (CAPABILITY.invent)(&world).unwrap();
    let site = Site::loaded(CAPABILITY, &url, &rows).await;

    let person = world.people.iter().find(|person| person.exemplary).unwrap();
    let citizen = citizen(person.id.as_str());
    let own = site.data(&citizen, "/v1/me/stays").await;
    let stay = &own["data"][0];
    let shown = stay["person_id"].as_str().unwrap();
    assert!(shown.ends_with("****"), "{shown} is masked");
    let path = format!("/v1/persons/{}/stays", person.id);
    let seen = site.data(&officer("shelters"), &path).await;
    assert_eq!(seen["data"][0]["person_id"], person.id.as_str());
    let path = format!("/v1/shelters/{}", stay["shelter_no"].as_str().unwrap());
    let shelter = site.data(&citizen, &path).await;
    assert_eq!(shelter["data"]["shelter_no"], stay["shelter_no"]);

    let store = Store::open(&url, &CAPABILITY.system()).unwrap();
    let active = store.active().await.unwrap().unwrap();
    let db = store
        .connect(&active, &PoolOptions::default())
        .await
        .unwrap();
    let today = "2026-11-21".parse().unwrap();
    let sample = CAPABILITY.sample.unwrap();
    let sample = sample(&db, person.id.into(), today).await.unwrap().unwrap();
    let (status, filed) = site.file(&citizen, sample.kind, &sample.form).await;
    assert_eq!(status, StatusCode::ACCEPTED, "{filed}");
    assert_eq!(filed["data"]["finding"]["since"], stay["from"]);
}
