//! Clouds that fail while a run lasts.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use vault::backup::{BackupError, Silent, Status};
use vault::cloud::Kind;

use crate::data::{File, noise};
use crate::faulty::{Fault, with};
use crate::world::World;

fn files() -> [File; 1] {
    [File::plain("noise", noise(20 << 20, 1))]
}

async fn run(
    world: &World,
    faults: &[(u8, Fault)],
) -> Result<vault::backup::RunSummary, BackupError> {
    let clouds = with(world.clouds(), faults);
    world
        .run_with(&files(), clouds, Arc::new(Silent), false)
        .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_goes_on_without_a_cloud_that_fails_and_says_so() {
    for fault in [
        Fault::Unreachable,
        Fault::After(0, Kind::ReadOnly),
        Fault::After(1, Kind::Full),
        Fault::After(3, Kind::Unreachable),
    ] {
        let world = World::new(2, 3).await;
        let done = run(&world, &[(2, fault)]).await.unwrap();
        assert_eq!(done.status, Status::Red, "{fault:?}");
        assert_eq!(done.survives, 0);
        assert!(done.stored[1].fault.is_some() && done.stored[0].fault.is_none());
        assert!(done.to_string().contains("repair"));
        // The others hold it whole.
        fs::remove_dir_all(world.cloud_folder(2)).unwrap();
        world.assert_holds(&files()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn below_the_needed_clouds_there_is_no_restore_point_and_nothing_is_sent_twice() {
    let world = World::new(2, 3).await;
    let faults = [
        (1, Fault::After(3, Kind::Full)),
        (3, Fault::After(2, Kind::Full)),
    ];
    let failed = run(&world, &faults).await.unwrap_err();
    assert!(
        matches!(failed, BackupError::TooFewClouds { .. }),
        "{failed}"
    );
    assert!(failed.is_refusal());
    let said = failed.to_string();
    assert!(
        said.contains("cloud-1") && said.contains("cloud-3"),
        "{said}"
    );
    assert!(
        world.restored().await.is_err(),
        "no half-finished run is offered"
    );
    let done = run(&world, &[]).await.unwrap();
    assert_eq!(done.sequence, 1);
    world.assert_holds(&files()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_far_slower_than_the_others_is_left_behind() {
    let world = World::new(2, 3).await;
    world.set("straggler_seconds = 1");
    let slow = Fault::Slow(Duration::from_hours(1));
    let done = run(&world, &[(1, slow)]).await.unwrap();
    assert_eq!((done.status, done.survives), (Status::Red, 0));
    let fault = done.stored[0].fault.as_ref().unwrap();
    assert!(fault.contains("too slow"), "{fault}");
    world.assert_holds(&files()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn clouds_that_missed_different_runs_are_not_counted_as_holding_all() {
    let world = World::new(2, 3).await;
    run(&world, &[(1, Fault::Unreachable)]).await.unwrap();
    // Cloud 1 lacks the first run's packs, cloud 2 would lack the second's: only cloud 3 would hold all.
    let failed = run(&world, &[(2, Fault::Unreachable)]).await.unwrap_err();
    assert!(
        matches!(failed, BackupError::TooFewClouds { .. }),
        "{failed}"
    );
    let done = run(&world, &[]).await.unwrap();
    assert_eq!((done.status, done.survives), (Status::Red, 0));
    world.vault().healed(1).unwrap();
    let done = run(&world, &[]).await.unwrap();
    assert_eq!((done.status, done.survives), (Status::Green, 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_by_a_day_is_said() {
    let world = World::new(2, 3).await;
    let ahead = Fault::Ahead(TimeDelta::days(1));
    let done = run(&world, &[(2, ahead)]).await.unwrap();
    assert_eq!(done.status, Status::Green);
    assert!(done.warnings.iter().any(|said| said.contains("cloud-2")));
    world.advance_days(-1);
    let done = run(&world, &[]).await.unwrap();
    assert_eq!(done.sequence, 2);
    let said = done.warnings.join("\n");
    assert!(said.contains("this machine's clock"), "{said}");
}
