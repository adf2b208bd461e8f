//! A new snapshot while people ask: switched to without a failed request; a load that is killed changes nothing.

use std::path::PathBuf;
use std::time::Duration;

use end_to_end::site::Foundation;
use rustix::process::Signal;
use serde_json::Value;
use test_support::child::Guarded;
use test_support::process::{command, program};

use super::stopping::{Lookups, patient};
use super::world::{World, eventually, invent, json, lifeboat, packages};

/// A newer package of the same people: the register's own, told to be the next in order.
fn newer(world: &World, name: &str) -> PathBuf {
    let folder = world.site.folder().join(name);
    copy(&packages().join("household"), &folder);
    let described = folder.join("datapackage.json");
    let mut package: Value =
        serde_json::from_str(&std::fs::read_to_string(&described).unwrap()).unwrap();
    let own = package["lifeboat"]
        .as_object_mut()
        .expect("the package's own member");
    let sequence = own["sequence"].as_u64().unwrap();
    own["sequence"] = (sequence + 1).into();
    std::fs::write(&described, package.to_string()).unwrap();
    // Another text, so that the agency's signature is not its own any more.
    let _gone = std::fs::remove_file(folder.join("datapackage.sig"));
    folder
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

async fn served(world: &World) -> String {
    let answer = reqwest::get(world.site.readiness("household").unwrap())
        .await
        .unwrap();
    let health = json(answer, 200).await;
    health["snapshot"]["id"].as_str().unwrap().to_owned()
}

async fn switches(world: World) {
    let before = served(&world).await;
    let package = newer(&world, "newer");
    let lookups = Lookups::begin(&world).await;
    tokio::time::sleep(Duration::from_secs(1)).await;
    let store = world.store.clone();
    let loaded = tokio::task::spawn_blocking(move || {
        lifeboat(&[
            "snapshot",
            "load",
            "--system",
            "household",
            "--database",
            &store,
            package.to_str().unwrap(),
        ])
    });
    let loaded = loaded.await.unwrap();
    assert_eq!(loaded.status.code(), Some(0), "{loaded:?}");
    eventually("the new snapshot is served", async || {
        served(&world).await != before
    })
    .await;
    // And for a while after it.
    tokio::time::sleep(Duration::from_secs(1)).await;
    assert!(lookups.go_on(), "it is switched to while people ask");
    let tally = lookups.end().await;
    println!("answered {:?}, broken {}", tally.statuses, tally.broken);
    assert_eq!(
        (tally.broken, tally.statuses.len()),
        (0, 1),
        "{:?}",
        tally.statuses
    );
    assert!(tally.statuses.contains_key(&200), "{:?}", tally.statuses);
}

fn unhurried() -> Foundation {
    Foundation {
        unlimited: true,
        settings: patient(),
        ..Foundation::default()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_snapshot_is_switched_to_under_load_on_sqlite() {
    switches(World::on(unhurried()).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_snapshot_is_switched_to_under_load_on_postgresql() {
    switches(World::servers_with(unhurried()).await).await;
}

async fn killed(world: World, register: &str) {
    let before = served(&world).await;
    // Large enough to be killed while it loads.
    let package = invent(register, 200_000, 8).join("household");
    let package = package.to_str().unwrap();
    let arguments = [
        "snapshot",
        "load",
        "--system",
        "household",
        "--database",
        &world.store,
        package,
    ];
    for milliseconds in [30, 60, 90] {
        let mut load = command(&program("lifeboat"));
        load.args(arguments).current_dir(std::env::temp_dir());
        let mut load = Guarded::start(&mut load, Signal::KILL);
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
        assert!(
            load.ended().is_none(),
            "it had loaded before it could be killed"
        );
        load.kill();
        assert_eq!(served(&world).await, before);
        let mut citizen = world.citizen(0).await;
        json(citizen.get("/household/v1/me").await.unwrap(), 200).await;
    }
    let again = lifeboat(&[
        "--json",
        "snapshot",
        "load",
        "--system",
        "household",
        "--database",
        &world.store,
        package,
    ]);
    assert_eq!(again.status.code(), Some(0), "{again:?}");
    let told = String::from_utf8_lossy(&again.stdout);
    let told: Value = told
        .lines()
        .rev()
        .find_map(|line| serde_json::from_str(line).ok())
        .or_else(|| serde_json::from_str(&told).ok())
        .unwrap();
    println!(
        "parts that the killed loads had finished: {}",
        told["parts_resumed"]
    );
    assert_eq!(told["outcome"], "loaded", "{told}");
    eventually("the new snapshot is served", async || {
        served(&world).await != before
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_load_leaves_the_old_snapshot_serving_on_sqlite() {
    killed(World::sqlite().await, "large-register-sqlite").await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_load_leaves_the_old_snapshot_serving_on_postgresql() {
    killed(World::servers().await, "large-register-postgresql").await;
}
