//! The same promises for every kind of cloud.

use std::num::NonZeroU32;
use std::time::Instant;

use bytes::Bytes;
use chrono::TimeDelta;
use futures_util::future::join_all;
use runtime::clock::{ManualClock, SharedClock};
use vault::cloud::{Kind, Put, open};

use crate::place::{Place, noise};

macro_rules! for_every_cloud {
    ($($promise:ident),* $(,)?) => {
        for_every_cloud!(@ folder: $($promise),*);
        for_every_cloud!(@ s3: $($promise),*);
        for_every_cloud!(@ azure: $($promise),*);
        for_every_cloud!(@ google: $($promise),*);
    };
    (@ $kind:ident: $($promise:ident),*) => {
        mod $kind {
            $(#[tokio::test]
            async fn $promise() {
                super::$promise(crate::place::Place::$kind()).await;
            })*
        }
    };
}

for_every_cloud!(
    what_was_stored_is_given_back_and_counted,
    a_name_is_taken_only_once,
    of_many_who_create_at_once_one_succeeds,
    what_is_missing_is_named,
    an_answer_longer_than_expected_is_cut_off,
    lists_and_folders_are_whole_and_in_order,
    what_was_deleted_is_gone,
    a_clock_that_is_wrong_by_a_day_shows,
    the_bandwidth_is_kept,
    a_name_never_leads_elsewhere,
);

async fn what_was_stored_is_given_back_and_counted(place: Place) {
    let cloud = place.open();
    let bytes = noise(1_300_000);
    assert_eq!(
        cloud.put_new("f/aa/one", bytes.clone()).await.unwrap(),
        Put::Created
    );
    assert_eq!(cloud.get("f/aa/one", 1_300_000).await.unwrap(), bytes);
    assert_eq!(
        place.open().get("f/aa/one", 2_000_000).await.unwrap(),
        bytes
    );
    let traffic = cloud.traffic();
    assert_eq!((traffic.sent, traffic.sent_again), (1_300_000, 0));
    assert_eq!((traffic.fetched, traffic.fetched_again), (1_300_000, 0));
    assert_eq!((cloud.number(), cloud.name()), (1, &*place.settings.name));
}

async fn a_name_is_taken_only_once(place: Place) {
    let cloud = place.open();
    let (first, other) = (noise(70_000), noise(70_000));
    cloud.put_new("h/1", first.clone()).await.unwrap();
    let again = cloud.put_new("h/1", first.clone()).await.unwrap();
    if !place.keeps_names {
        return;
    }
    assert_eq!(again, Put::AlreadyThere);
    for other in [other, first.slice(..60_000), noise(80_000)] {
        let error = cloud.put_new("h/1", other).await.unwrap_err();
        assert_eq!(error.kind, Kind::Differs, "{error}");
    }
    assert_eq!(cloud.get("h/1", 70_000).await.unwrap(), first);
}

async fn of_many_who_create_at_once_one_succeeds(place: Place) {
    if !place.keeps_names {
        return;
    }
    let cloud = place.open();
    let puts = (0..8).map(|_| cloud.put_new("h/1", noise(10_000)));
    let results = join_all(puts).await;
    let created = results.iter().filter(|r| **r == Ok(Put::Created)).count();
    assert_eq!(created, 1, "{results:?}");
    for error in results.into_iter().filter_map(Result::err) {
        assert_eq!(error.kind, Kind::Differs, "{error}");
    }
}

async fn what_is_missing_is_named(place: Place) {
    let cloud = place.open();
    let error = cloud.get("f/aa/none", 10).await.unwrap_err();
    assert_eq!(error.kind, Kind::Missing, "{error}");
    let words = error.to_string();
    assert!(
        words.contains(&place.settings.name) && words.contains("f/aa/none"),
        "{words}"
    );
    cloud.delete("f/aa/none").await.unwrap();
}

async fn an_answer_longer_than_expected_is_cut_off(place: Place) {
    let cloud = place.open();
    cloud.put_new("r/1", noise(4_000_000)).await.unwrap();
    let error = cloud.get("r/1", 1_000).await.unwrap_err();
    assert_eq!(error.kind, Kind::TooLong, "{error}");
    assert!(cloud.traffic().fetched < 2_000, "it was not fetched");
}

async fn lists_and_folders_are_whole_and_in_order(place: Place) {
    let cloud = place.open();
    assert_eq!(cloud.list("f").await.unwrap(), []);
    for name in ["f/bb/3", "f/aa/2", "f/aa/1", "r/x", "fa"] {
        cloud.put_new(name, Bytes::from(name)).await.unwrap();
    }
    let names = |listed: Vec<vault::cloud::Listed>| -> Vec<(String, u64)> {
        listed.into_iter().map(|l| (l.name, l.bytes)).collect()
    };
    let of = |names: &[&str]| -> Vec<(String, u64)> {
        names
            .iter()
            .map(|n| ((*n).to_owned(), n.len() as u64))
            .collect()
    };
    assert_eq!(
        names(cloud.list("f").await.unwrap()),
        of(&["f/aa/1", "f/aa/2", "f/bb/3"])
    );
    assert_eq!(
        names(cloud.list("f/aa/").await.unwrap()),
        of(&["f/aa/1", "f/aa/2"])
    );
    let all = cloud.list("").await.unwrap();
    let age = runtime::clock::system().now() - all[0].modified;
    assert!(age.abs() < TimeDelta::minutes(2), "{age}");
    assert_eq!(names(all), of(&["f/aa/1", "f/aa/2", "f/bb/3", "fa", "r/x"]));
    assert_eq!(cloud.folders("").await.unwrap(), ["f", "r"]);
    assert_eq!(cloud.folders("f").await.unwrap(), ["f/aa", "f/bb"]);
    assert!(cloud.folders("none").await.unwrap().is_empty());
}

async fn what_was_deleted_is_gone(place: Place) {
    let cloud = place.open();
    cloud.put_new("k/1", noise(100)).await.unwrap();
    cloud.delete("k/1").await.unwrap();
    assert_eq!(cloud.get("k/1", 100).await.unwrap_err().kind, Kind::Missing);
    assert_eq!(cloud.list("k").await.unwrap(), []);
    let again = noise(100);
    assert_eq!(
        cloud.put_new("k/1", again.clone()).await.unwrap(),
        Put::Created
    );
    assert_eq!(cloud.get("k/1", 100).await.unwrap(), again);
}

async fn a_clock_that_is_wrong_by_a_day_shows(place: Place) {
    let behind: SharedClock = ManualClock::new(runtime::clock::system().now() - TimeDelta::days(1));
    let clocks = [(runtime::clock::system(), 0), (behind, 24)];
    for (clock, hours) in clocks {
        let cloud = open(&place.settings, 1, &clock).unwrap();
        cloud
            .put_new(&format!("r/{hours}"), noise(10))
            .await
            .unwrap();
        let skew = cloud.clock_skew().await.unwrap().unwrap();
        let off = (skew - TimeDelta::hours(hours)).abs();
        assert!(off < TimeDelta::minutes(1), "{skew} instead of {hours} h");
    }
}

async fn the_bandwidth_is_kept(mut place: Place) {
    place.settings.bandwidth.up = NonZeroU32::new(400_000);
    place.settings.bandwidth.down = NonZeroU32::new(800_000);
    let cloud = place.open();
    let begun = Instant::now();
    cloud.put_new("f/aa/1", noise(400_000)).await.unwrap();
    let (up, begun) = (begun.elapsed().as_secs_f64(), Instant::now());
    assert!(up >= 0.8, "{up} s for one second's worth");
    cloud.get("f/aa/1", 400_000).await.unwrap();
    let down = begun.elapsed().as_secs_f64();
    assert!(down >= 0.35, "{down} s for half a second's worth");
}

async fn a_name_never_leads_elsewhere(place: Place) {
    let cloud = place.open();
    for name in ["../outside", "f/../../outside", "/etc/passwd"] {
        let error = cloud.put_new(name, noise(1)).await;
        let kept_inside = match error {
            Err(error) => error.kind == Kind::Other,
            // A leading slash means nothing to a provider: the name stays below the URL's folder.
            Ok(_) => cloud.list("").await.unwrap().len() == 1,
        };
        assert!(kept_inside, "{name}");
    }
}
