//! Clouds that refuse, are busy, or lose answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use futures_util::future::join_all;
use test_support::clouds::{self, BUCKET, Emulated, LOCKED_BUCKET};
use test_support::ports;
use vault::cloud::{Kind, Put};

use crate::faulty::{Door, Fate};
use crate::place::{Place, noise};

fn remotes() -> [Place; 3] {
    [Place::s3(), Place::azure(), Place::google()]
}

#[tokio::test]
async fn wrong_credentials_are_refused_at_once_and_never_shown() {
    // Base64, as Azure wants it.
    let secret = "d3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmcgd3Jvbmc=";
    let wrong = |cloud: Emulated| Emulated {
        secret: secret.to_owned(),
        ..cloud
    };
    let places = [
        Place::s3_of(&wrong(clouds::s3()), BUCKET),
        Place::azure_of(&wrong(clouds::azure())),
    ];
    for place in places {
        let cloud = place.open();
        let begun = Instant::now();
        let errors = [
            cloud.put_new("r/1", noise(10)).await.unwrap_err(),
            cloud.get("r/1", 10).await.unwrap_err(),
            cloud.list("").await.unwrap_err(),
        ];
        // Whoever tries again does so for 45 seconds.
        assert!(
            begun.elapsed().as_secs() < 40,
            "refusals are not tried again"
        );
        for error in errors {
            let words = format!("{error} {error:?} {cloud:?}");
            assert!(
                matches!(error.kind, Kind::Refused | Kind::ReadOnly),
                "{words}"
            );
            assert!(!words.contains(secret), "{words}");
        }
    }
}

#[tokio::test]
async fn credentials_are_never_shown() {
    for (place, emulated) in [
        (Place::s3(), clouds::s3()),
        (Place::azure(), clouds::azure()),
    ] {
        let cloud = place.open();
        cloud.put_new("r/1", noise(10)).await.unwrap();
        let words = format!("{cloud:?} {:?}", place.settings);
        assert!(!words.contains(&emulated.secret), "{words}");
    }
}

#[tokio::test]
async fn read_only_credentials_are_said() {
    let place = Place::s3_of(&clouds::s3_read_only(), BUCKET);
    let cloud = place.open();
    let error = cloud.put_new("r/1", noise(10)).await.unwrap_err();
    assert_eq!(error.kind, Kind::ReadOnly, "{error}");
    assert_eq!(cloud.list("").await.unwrap(), []);
}

#[tokio::test]
async fn a_bucket_that_does_not_exist_is_unreachable() {
    let s3 = Place::s3_of(&clouds::s3(), "nosuchbucket");
    let error = s3.open().get("r/1", 10).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable, "{error}");
    let error = s3.open().list("").await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable, "{error}");
}

#[tokio::test]
async fn a_locked_object_is_neither_deleted_nor_replaced() {
    let place = Place::s3_of(&clouds::s3(), LOCKED_BUCKET);
    let cloud = place.open();
    let bytes = noise(1_000);
    assert_eq!(cloud.put_new("k/1", bytes.clone()).await, Ok(Put::Created));
    assert_eq!(
        cloud.put_new("k/1", bytes.clone()).await,
        Ok(Put::AlreadyThere)
    );
    let error = cloud.delete("k/1").await.unwrap_err();
    assert_eq!(error.kind, Kind::Refused, "{error}");
    let error = cloud.put_new("k/1", noise(1_000)).await.unwrap_err();
    assert_eq!(error.kind, Kind::Differs, "{error}");
    assert_eq!(cloud.get("k/1", 1_000).await.unwrap(), bytes);
}

#[tokio::test]
async fn nobody_at_the_door_is_unreachable_in_bounded_time() {
    join_all(remotes().map(finds_nobody)).await;
}

async fn finds_nobody(place: Place) {
    // More than a busy machine stands still.
    let mut place = place.patient_for(12);
    place.lead_to(([127, 0, 0, 1], ports::free()).into());
    let cloud = place.open();
    let begun = Instant::now();
    let (put, got, skew) = tokio::join!(
        cloud.put_new("r/1", noise(10)),
        cloud.get("r/1", 10),
        cloud.clock_skew(),
    );
    for error in [put.unwrap_err(), got.unwrap_err(), skew.unwrap_err()] {
        assert_eq!(error.kind, Kind::Unreachable, "{error}");
    }
    assert!(begun.elapsed().as_secs() < 40, "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_storm_of_errors_is_sat_out() {
    for mut place in remotes() {
        let storm = AtomicUsize::new(0);
        let busy = move |_: &str| match storm.fetch_add(1, Ordering::Relaxed) % 10 {
            ..5 => Fate::Busy,
            _ => Fate::Pass,
        };
        let door = Door::open(place.upstream(), busy).await;
        place.lead_to(door.address);
        let cloud = place.open();
        let bytes = noise(50_000);
        cloud.put_new("f/aa/1", bytes.clone()).await.unwrap();
        assert_eq!(cloud.get("f/aa/1", 50_000).await.unwrap(), bytes);
        assert_eq!(cloud.list("f").await.unwrap().len(), 1);
        assert_eq!(cloud.folders("").await.unwrap(), ["f"]);
        cloud.delete("f/aa/1").await.unwrap();
        assert!(
            cloud.traffic().sent_again >= 100_000,
            "it says what was lost"
        );
    }
}

#[tokio::test]
async fn a_storm_without_end_is_given_up_with_its_words() {
    join_all(remotes().map(gives_up_in_a_storm)).await;
}

async fn gives_up_in_a_storm(place: Place) {
    // More than a busy machine stands still.
    let mut place = place.patient_for(9);
    let door = Door::open(place.upstream(), |_| Fate::Busy).await;
    place.lead_to(door.address);
    let error = place.open().get("r/1", 10).await.unwrap_err();
    assert_eq!(error.kind, Kind::Unreachable);
    assert!(error.to_string().contains("HTTP 503 SlowDown"), "{error}");
}

#[tokio::test]
async fn a_creation_whose_answer_is_lost_is_found_and_not_sent_again() {
    for mut place in remotes() {
        let creations = Arc::new(AtomicUsize::new(0));
        let seen = Arc::clone(&creations);
        let swallow = move |line: &str| {
            let is_creation = line.starts_with("PUT") || line.starts_with("POST");
            let is_first = is_creation && seen.fetch_add(1, Ordering::Relaxed) == 0;
            if is_first { Fate::Swallow } else { Fate::Pass }
        };
        let door = Door::open(place.upstream(), swallow).await;
        place.lead_to(door.address);
        let cloud = place.open();
        let bytes = noise(200_000);
        let put = cloud.put_new("f/aa/1", bytes.clone()).await.unwrap();
        assert_eq!(put, Put::Created, "{}", place.settings.name);
        assert_eq!(creations.load(Ordering::Relaxed), 1);
        assert_eq!(cloud.traffic().sent, 200_000);
        assert_eq!(cloud.get("f/aa/1", 200_000).await.unwrap(), bytes);
    }
}

#[tokio::test]
async fn a_list_of_many_pages_is_whole() {
    let cloud = Place::s3().open();
    let names: Vec<String> = (0..1_100).map(|n| format!("f/aa/{n:04}")).collect();
    for some in names.chunks(50) {
        let puts = some.iter().map(|name| cloud.put_new(name, noise(1)));
        for put in join_all(puts).await {
            assert_eq!(put, Ok(Put::Created));
        }
    }
    let listed = cloud.list("f/aa").await.unwrap();
    let listed: Vec<String> = listed.into_iter().map(|object| object.name).collect();
    assert_eq!(listed, names);
}
