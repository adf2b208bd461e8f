//! Clouds, or the state folder, that show another past.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use vault::backup::{BackupError, Refusal, Silent, Status};

use crate::data::{File, noise};
use crate::faulty::{Fault, with};
use crate::world::{World, files_below};

fn day(number: u64) -> [File; 1] {
    [File::plain("noise", noise(100_000, number))]
}

fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to);
    fs::create_dir_all(to).unwrap();
    for (name, bytes) in files_below(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_was_rolled_back_is_left_out_and_named() {
    let world = World::new(2, 3).await;
    world.run(&day(1)).await.unwrap();
    let older = world.folder().join("older");
    copy(&world.cloud_folder(1), &older);
    world.run(&day(2)).await.unwrap();
    copy(&older, &world.cloud_folder(1));
    let done = world.run(&day(3)).await.unwrap();
    assert_eq!((done.status, done.survives), (Status::Red, 0));
    let fault = done.stored[0].fault.as_ref().unwrap();
    assert!(fault.contains("rolled back"), "{fault}");
    world.assert_holds(&day(3)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn more_clouds_rolled_back_than_may_be_lost_are_refused() {
    let world = World::new(2, 3).await;
    world.run(&day(1)).await.unwrap();
    let older: Vec<_> = (1..=3)
        .map(|n| world.folder().join(format!("older-{n}")))
        .collect();
    for (number, older) in (1..).zip(&older) {
        copy(&world.cloud_folder(number), older);
    }
    world.run(&day(2)).await.unwrap();
    for back in [2, 3] {
        for (number, older) in (1..=back).zip(&older) {
            copy(older, &world.cloud_folder(number));
        }
        let before = world.stored_bytes();
        let refused = world.run(&day(3)).await.unwrap_err();
        let is_rollback = matches!(
            &refused,
            BackupError::Refused(Refusal::RolledBack { clouds, .. }) if clouds.len() == usize::from(back)
        );
        assert!(is_rollback, "{refused}");
        assert!(refused.is_refusal());
        assert_eq!(world.stored_bytes(), before, "nothing was written");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_copy_of_the_state_folder_is_noticed() {
    let world = World::new(2, 3).await;
    world.run(&day(1)).await.unwrap();
    let (state, older) = (world.folder().join("state"), world.folder().join("older"));
    copy(&state, &older);
    world.run(&day(2)).await.unwrap();
    copy(&older, &state);
    let refused = world.run(&day(3)).await.unwrap_err();
    let is_ahead = matches!(
        refused,
        BackupError::Refused(Refusal::Ahead { number: 1, .. })
    );
    assert!(is_ahead, "{refused}");
    assert!(refused.advice().contains("witness"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fork_is_refused() {
    let world = World::new(2, 3).await;
    world.run(&day(1)).await.unwrap();
    let (state, older) = (world.folder().join("state"), world.folder().join("older"));
    copy(&state, &older);
    // Two hosts with the same keys go on from the same point, each seeing other clouds.
    let only_one = with(world.clouds(), &[(3, Fault::Unreachable)]);
    let silent = Arc::new(Silent);
    let own = world.folder().join("cloud-1-before");
    copy(&world.cloud_folder(1), &own);
    let two = world.folder().join("cloud-2-before");
    copy(&world.cloud_folder(2), &two);
    world
        .run_with(&day(2), only_one, silent.clone(), false)
        .await
        .unwrap();
    let forked = world.folder().join("cloud-1-forked");
    copy(&world.cloud_folder(1), &forked);
    copy(&own, &world.cloud_folder(1));
    copy(&two, &world.cloud_folder(2));
    copy(&older, &state);
    world.run(&day(3)).await.unwrap();
    copy(&forked, &world.cloud_folder(1));
    let refused = world.run(&day(4)).await.unwrap_err();
    let is_fork = matches!(
        refused,
        BackupError::Refused(Refusal::Fork { number: 1, .. })
    );
    assert!(is_fork, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_restore_point_has_its_line_in_the_log_of_witnesses() {
    let world = World::new(2, 3).await;
    let mut witnesses = Vec::new();
    for number in 1..=3 {
        witnesses.push(world.run(&day(number)).await.unwrap().witness);
    }
    let log = fs::read_to_string(world.folder().join("state/witness.log")).unwrap();
    let logged: Vec<_> = log
        .lines()
        .filter_map(|line| line.split(' ').nth(1))
        .collect();
    assert_eq!(logged, witnesses);
    assert!(witnesses[2].starts_with("3:") && witnesses[2].len() == 66);
    assert!(log.starts_with(&world.now().format("%Y-%m-%dT").to_string()));
}
