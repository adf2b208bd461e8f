//! Links that are slow, cut, or dead.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use test_support::proxy::{Line, Proxy};
use tokio::time::sleep;
use vault::cloud::{Kind, Put};

use crate::faulty::{Door, Fate};
use crate::place::{Place, noise};

/// 4 MiB, a common length of fragments.
const FRAGMENT: usize = 4 * 1024 * 1024;

#[tokio::test]
async fn a_cut_link_costs_almost_nothing() {
    for mut place in [Place::s3(), Place::azure(), Place::google()] {
        let name = place.settings.name.clone();
        let bytes = noise(FRAGMENT);
        place.open().put_new("f/aa/1", bytes.clone()).await.unwrap();
        let proxy = place.behind_proxy().await;
        proxy.set(Line::Slow(2 * 1024 * 1024));
        let cloud = place.open();
        let cuts = async {
            for _ in 0..3 {
                sleep(Duration::from_millis(400)).await;
                proxy.set(Line::Cut);
                sleep(Duration::from_millis(50)).await;
                proxy.set(Line::Slow(2 * 1024 * 1024));
            }
        };
        let (got, ()) = tokio::join!(cloud.get("f/aa/1", FRAGMENT as u64), cuts);
        assert_eq!(got.unwrap(), bytes);
        let traffic = cloud.traffic();
        assert_eq!(
            (traffic.fetched, traffic.fetched_again),
            (FRAGMENT as u64, 0),
            "{name}"
        );
        let on_the_line = proxy.answered();
        assert!(
            on_the_line < FRAGMENT as u64 * 102 / 100,
            "{name}: {on_the_line} bytes on the line"
        );
    }
}

#[tokio::test]
async fn a_slow_link_is_slow_and_nothing_else() {
    // At once, because it takes long.
    let places = [Place::s3(), Place::azure(), Place::google()];
    join_all(places.map(slow_and_nothing_else)).await;
}

async fn slow_and_nothing_else(place: Place) {
    // Less patience than the transfers take; a third of it, the longest silence, is longer than a busy machine stands still.
    const PATIENCE: u32 = 15;
    const LENGTH: usize = 1_520_000;
    let mut place = place.patient_for(PATIENCE);
    // Google's emulator answers one after the other: what comes slowly is handed to it whole, so that nobody else waits.
    let door = Door::open(place.upstream(), |_| Fate::Pass).await;
    let proxy = Proxy::start(door.address.to_string()).await;
    place.lead_to(proxy.address());
    let cloud = place.open();
    let bytes = noise(LENGTH);
    cloud.put_new("f/aa/1", bytes.clone()).await.unwrap();
    proxy.set(Line::Slow(100_000));
    let ((put, up), (got, down)) = tokio::join!(
        timed(cloud.put_new("f/aa/2", bytes.clone())),
        timed(cloud.get("f/aa/1", LENGTH as u64)),
    );
    assert_eq!(put, Ok(Put::Created));
    assert_eq!(got.unwrap(), bytes);
    let patience = Duration::from_secs(PATIENCE.into());
    assert!(up > patience && down > patience, "the line was slow");
    assert_eq!(cloud.traffic().sent_again, 0);
}

async fn timed<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let begun = Instant::now();
    (work.await, begun.elapsed())
}

#[tokio::test]
async fn a_dead_link_is_given_up_and_comes_back() {
    let places = [Place::s3(), Place::azure(), Place::google()];
    join_all(places.map(given_up_and_back)).await;
}

async fn given_up_and_back(place: Place) {
    // More than a busy machine stands still.
    let mut place = place.patient_for(9);
    let proxy = place.behind_proxy().await;
    let cloud = place.open();
    let bytes = noise(100_000);
    cloud.put_new("f/aa/1", bytes.clone()).await.unwrap();
    proxy.set(Line::Stall);
    let begun = Instant::now();
    let error = cloud.get("f/aa/1", 100_000).await.unwrap_err();
    assert_eq!(error.kind, Kind::Slow, "{error}");
    let error = cloud.put_new("f/aa/2", bytes.clone()).await.unwrap_err();
    assert_eq!(error.kind, Kind::Slow, "{error}");
    assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    proxy.set(Line::Pass);
    assert_eq!(cloud.get("f/aa/1", 100_000).await.unwrap(), bytes);
    cloud.put_new("f/aa/2", bytes.clone()).await.unwrap();
    assert_eq!(cloud.get("f/aa/2", 100_000).await.unwrap(), bytes);
}

#[tokio::test]
async fn a_link_that_comes_back_in_time_is_waited_for() {
    let mut place = Place::s3().patient_for(20);
    let proxy = place.behind_proxy().await;
    let cloud = place.open();
    proxy.set(Line::Refuse);
    let mended = async {
        sleep(Duration::from_secs(3)).await;
        proxy.set(Line::Pass);
    };
    let (put, ()) = tokio::join!(cloud.put_new("f/aa/1", noise(1_000)), mended);
    assert_eq!(put, Ok(Put::Created));
}
