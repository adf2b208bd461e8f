//! Rollback, forks, broken chains, generations, clocks.

use std::fs;

use chrono::TimeDelta;
use tempfile::TempDir;
use vault::object::{CloudNumber, Generation, Hash32, Sequence, Witness};
use vault::restore::{Asked, Refusal, RestoreError};

use crate::sample::{expected, small};
use crate::world::{World, copy, tree};

fn two_runs() -> (TempDir, World, Witness, Witness) {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(&dir.path().join("now"), 2, 3);
    let first = world.run(&small(1));
    copy(&dir.path().join("now"), &dir.path().join("stale"));
    world.clock.advance(TimeDelta::hours(1));
    let second = world.run(&small(2));
    (dir, world, first, second)
}

fn refusal(error: RestoreError) -> Refusal {
    assert_eq!(error.exit_code(), 3);
    match error {
        RestoreError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

#[tokio::test]
async fn only_a_witness_catches_a_rollback_on_all_clouds() {
    let (dir, world, first, second) = two_runs();
    let stale = dir.path().join("stale");
    let asked = |witness, at| Asked { witness, at };
    world.open_asked(&stale, asked(None, None)).await.unwrap();
    world
        .open_asked(&stale, asked(Some(first), None))
        .await
        .unwrap();
    let refused = world
        .open_asked(&stale, asked(Some(second), None))
        .await
        .unwrap_err();
    assert_eq!(
        refusal(refused),
        Refusal::RolledBack {
            newest: 1,
            witness: 2
        }
    );
    let older = world
        .open_asked(&stale, asked(Some(second), Some(Sequence::FIRST)))
        .await
        .unwrap();
    assert!(
        older
            .warnings()
            .iter()
            .any(|words| words.contains("rolled back"))
    );
}

#[tokio::test]
async fn a_witness_of_another_history_is_refused() {
    let (_dir, world, first, second) = two_runs();
    for sequence in [first.sequence, second.sequence] {
        let witness = Some(Witness {
            sequence,
            hash: Hash32([7; 32]),
        });
        let refused = world
            .open_asked(&world.dir, Asked { witness, at: None })
            .await
            .unwrap_err();
        assert_eq!(
            refusal(refused),
            Refusal::OtherHistory {
                sequence: sequence.get()
            }
        );
    }
}

#[tokio::test]
async fn a_fork_is_refused_and_names_where() {
    let (_dir, world, ..) = two_runs();
    let mut head = world.newest_head.clone().unwrap();
    head.expires += TimeDelta::hours(1);
    let two = CloudNumber::new(2).unwrap();
    let name = world.names(two).head(head.sequence);
    world.put(two, &name, &world.sign_head(&head).to_bytes().unwrap());
    let refused = refusal(world.open().await.unwrap_err());
    let Refusal::Fork {
        sequence: 2,
        versions,
    } = refused
    else {
        panic!("{refused}");
    };
    assert!(
        versions.iter().any(|one| one.ends_with("on cloud 2")),
        "{versions:?}"
    );
    assert!(
        versions.iter().any(|one| one.ends_with("on cloud 1, 3")),
        "{versions:?}"
    );
}

#[tokio::test]
async fn a_head_that_names_another_predecessor_breaks_the_chain() {
    let (_dir, world, ..) = two_runs();
    let mut head = world.newest_head.clone().unwrap();
    head.sequence = Sequence::new(3).unwrap();
    head.previous = Some(Hash32([9; 32]));
    world.put_head(&head);
    let refused = refusal(world.open().await.unwrap_err());
    assert_eq!(refused, Refusal::BrokenChain { sequence: 3 });
}

#[tokio::test]
async fn heads_that_nobody_signed_hide_no_backup() {
    let (_dir, world, ..) = two_runs();
    for sequence in 3..10 {
        let sequence = Sequence::new(sequence).unwrap();
        for i in world.numbers() {
            world.put(i, &world.names(i).head(sequence), b"{}");
        }
    }
    let restore = world.open().await.unwrap();
    assert_eq!(restore.point().head.sequence.get(), 2);
}

#[tokio::test]
async fn generations_stand_alone_and_an_erased_one_is_erased() {
    let (dir, mut world, ..) = two_runs();
    let second = Generation::new(2).unwrap();
    world.new_generation(second);
    world.clock.advance(TimeDelta::hours(1));
    world.run(&small(3));
    for i in world.numbers() {
        let name = world.names(i).keyring(Generation::FIRST);
        fs::remove_file(world.cloud_dir(i.get()).join(name)).unwrap();
    }
    let erased = Asked {
        at: Sequence::new(2),
        witness: None,
    };
    let refused = refusal(world.open_asked(&world.dir, erased).await.unwrap_err());
    assert!(
        matches!(refused, Refusal::NoKeyring { generation: 1, .. }),
        "{refused}"
    );
    let to = dir.path().join("out");
    world.restore(&to).await;
    assert_eq!(tree(&to), expected(&small(3)));
}

#[tokio::test]
async fn an_expired_backup_is_restored_with_a_warning() {
    let (_dir, world, ..) = two_runs();
    world.clock.advance(TimeDelta::days(40));
    let restore = world.open().await.unwrap();
    assert!(
        restore
            .warnings()
            .iter()
            .any(|words| words.contains("expired"))
    );
    world.clock.advance(TimeDelta::days(-42));
    let restore = world.open().await.unwrap();
    assert!(
        restore
            .warnings()
            .iter()
            .any(|words| words.contains("not come yet"))
    );
}

#[tokio::test]
async fn without_a_pin_enough_clouds_must_agree() {
    let (_dir, world, ..) = two_runs();
    let mut place = world.place();
    place.fingerprint = None;
    place.clouds.rotate_left(1);
    let found = vault::restore::find(&place, &world.clock()).await.unwrap();
    assert_eq!(found.fingerprint, world.fingerprint);
    place.clouds.truncate(1);
    let refused = vault::restore::find(&place, &world.clock())
        .await
        .unwrap_err();
    assert!(matches!(refusal(refused), Refusal::NoVault { .. }));
    place.fingerprint = Some(Hash32([1; 32]));
    let refused = vault::restore::find(&place, &world.clock())
        .await
        .unwrap_err();
    assert!(matches!(refusal(refused), Refusal::OtherVault { .. }));
}
