//! Status, scrub, repair, retention.

use std::collections::BTreeSet;
use std::fs;

use chrono::TimeDelta;
use tempfile::TempDir;
use vault::keep::{Colour, Keeper, Scope, prune, repair, scrub, status};
use vault::object::Generation;
use vault::restore::{Asked, RestoreError, Whereabouts};

use crate::sample::{expected, small};
use crate::world::{World, copy, settings, tree};

fn world() -> (TempDir, World) {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path(), 2, 3);
    world.run(&small(1));
    world.clock.advance(TimeDelta::hours(1));
    world.run(&small(2));
    (dir, world)
}

async fn keeper_at(world: &World, place: &Whereabouts) -> Keeper {
    Keeper::open(place, world.repository_key.clone(), &world.clock())
        .await
        .unwrap()
}

async fn keeper(world: &World) -> Keeper {
    keeper_at(world, &world.place()).await
}

fn unseen(_: u64) {}

#[tokio::test]
async fn a_whole_vault_is_green_and_proves_right() {
    let (_dir, world) = world();
    let keeper = keeper(&world).await;
    let status = status(&keeper).await.unwrap();
    assert_eq!(
        (status.colour, status.survives, status.sequence),
        (Colour::Green, 1, 2)
    );
    let scrubbed = scrub(&keeper, Scope::All, &unseen).await.unwrap();
    assert!(scrubbed.wrong.is_empty(), "{:?}", scrubbed.wrong);
    assert_eq!(scrubbed.points, 2);
    world.clock.advance(TimeDelta::days(3));
    assert_eq!(
        vault::keep::status(&keeper).await.unwrap().colour,
        Colour::Red,
        "expired"
    );
}

#[tokio::test]
async fn without_the_backup_host_custodians_keep_the_vault() {
    let (_dir, world) = world();
    let good = tree(&world.cloud_dir(2));
    fs::remove_dir_all(world.cloud_dir(2)).unwrap();
    fs::create_dir(world.cloud_dir(2)).unwrap();
    let keeper = Keeper::with_custodians(&world.place(), |_| Ok(world.master()), &world.clock())
        .await
        .unwrap();
    assert_eq!(status(&keeper).await.unwrap().survives, 0);
    let repaired = repair(&keeper, true, &unseen).await.unwrap();
    assert!(repaired.left.is_empty(), "{:?}", repaired.left);
    assert_eq!(tree(&world.cloud_dir(2)), good);
    let scrubbed = scrub(&keeper, Scope::All, &unseen).await.unwrap();
    assert!(scrubbed.wrong.is_empty(), "{:?}", scrubbed.wrong);
    let nobody = |_: &_| Err(RestoreError::Usage("nobody came".to_owned()));
    let refused = Keeper::with_custodians(&world.place(), nobody, &world.clock()).await;
    assert!(matches!(refused, Err(RestoreError::Usage(_))));
}

#[tokio::test]
async fn a_lost_cloud_is_red_until_it_is_filled_again_with_its_own_shares() {
    let (dir, world) = world();
    let before = tree(&world.cloud_dir(2));
    fs::remove_dir_all(world.cloud_dir(2)).unwrap();
    let status = status(&keeper(&world).await).await.unwrap();
    assert_eq!((status.colour, status.survives), (Colour::Red, 0));
    let missing: Vec<_> = status
        .clouds
        .iter()
        .map(|cloud| cloud.missing > 0)
        .collect();
    assert_eq!(missing, [false, true, false]);
    let gone = repair(&keeper(&world).await, false, &unseen).await.unwrap();
    assert_eq!(
        (gone.put_back, gone.left.len()),
        (0, 1),
        "there is nowhere to put anything"
    );
    assert_eq!(gone.left[0].wrong.number, 2);

    fs::create_dir(world.cloud_dir(2)).unwrap();
    let repaired = repair(&keeper(&world).await, false, &unseen).await.unwrap();
    assert!(repaired.left.is_empty(), "{:?}", repaired.left);
    assert_eq!(repaired.put_back, before.len() as u64);
    assert_eq!(
        tree(&world.cloud_dir(2)),
        before,
        "byte for byte, shares of epochs too"
    );
    assert_eq!(
        vault::keep::status(&keeper(&world).await)
            .await
            .unwrap()
            .colour,
        Colour::Green
    );

    fs::remove_dir_all(world.cloud_dir(1)).unwrap();
    let to = dir.path().join("out");
    world.restore(&to).await;
    assert_eq!(tree(&to), expected(&small(2)));
}

#[tokio::test]
async fn a_new_cloud_takes_the_place_of_a_lost_one() {
    let (dir, world) = world();
    let before = tree(&world.cloud_dir(3));
    fs::remove_dir_all(world.cloud_dir(3)).unwrap();
    let elsewhere = dir.path().join("elsewhere");
    fs::create_dir_all(elsewhere.join("cloud-3")).unwrap();
    let mut place = world.place();
    place.clouds[2] = settings(&elsewhere, "new", 3);
    let repaired = repair(&keeper_at(&world, &place).await, false, &unseen)
        .await
        .unwrap();
    assert!(repaired.left.is_empty(), "{:?}", repaired.left);
    assert_eq!(tree(&elsewhere.join("cloud-3")), before);
}

#[tokio::test]
async fn every_kind_of_wrong_object_is_named_and_replaced() {
    let (_dir, world) = world();
    let good = tree(&world.cloud_dir(3));
    let mut touched = BTreeSet::new();
    for folder in ["r", "k", "e", "h", "c", "f"] {
        let name = good
            .keys()
            .find(|name| name.split('/').nth(1) == Some(folder))
            .unwrap();
        let mut bytes = good[name].clone();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 4;
        fs::write(world.cloud_dir(3).join(name), bytes).unwrap();
        touched.insert(name.clone());
    }
    let scrubbed = scrub(&keeper(&world).await, Scope::All, &unseen)
        .await
        .unwrap();
    let named: BTreeSet<String> = scrubbed
        .wrong
        .iter()
        .map(|wrong| wrong.object.clone())
        .collect();
    assert_eq!(named, touched);
    assert!(scrubbed.wrong.iter().all(|wrong| wrong.number == 3));

    let mut locked = world.place();
    locked.clouds[2] = settings(&world.dir, "locked", 3);
    let refused = repair(&keeper_at(&world, &locked).await, true, &unseen)
        .await
        .unwrap();
    assert_eq!((refused.put_back, refused.left.len()), (0, 6));
    assert!(
        refused
            .left
            .iter()
            .all(|left| left.why.contains("credential")),
        "{:?}",
        refused.left
    );

    let repaired = repair(&keeper(&world).await, true, &unseen).await.unwrap();
    assert_eq!(
        (repaired.put_back, repaired.left.len()),
        (6, 0),
        "{:?}",
        repaired.left
    );
    assert_eq!(tree(&world.cloud_dir(3)), good);
}

#[tokio::test]
async fn below_enough_clouds_nothing_is_repaired_wrongly() {
    let (_dir, world) = world();
    for i in [1, 2] {
        let fragments = tree(&world.cloud_dir(i))
            .into_keys()
            .filter(|name| name.contains("/f/"));
        fragments.for_each(|name| fs::remove_file(world.cloud_dir(i).join(name)).unwrap());
    }
    let status = status(&keeper(&world).await).await.unwrap();
    assert_eq!((status.colour, status.survives), (Colour::Red, -1));
    let repaired = repair(&keeper(&world).await, false, &unseen).await.unwrap();
    assert_eq!(repaired.put_back, 0);
    assert_eq!(repaired.left.len(), repaired.found);
}

#[tokio::test]
async fn retention_removes_whole_old_generations_with_two_persons_and_keyring_first() {
    let (dir, mut world) = world();
    world.clock.advance(TimeDelta::days(100));
    world.new_generation(Generation::new(2).unwrap());
    world.run(&small(3));
    copy(&world.dir, &dir.path().join("before"));
    let two: BTreeSet<u8> = [1, 3].into();
    let days = TimeDelta::days;
    let alone = prune(&keeper(&world).await, &[1].into(), days(30), false)
        .await
        .unwrap_err();
    assert_eq!(alone.exit_code(), 3);
    let dry = prune(&keeper(&world).await, &two, days(30), true)
        .await
        .unwrap();
    assert_eq!((dry.generations.len(), dry.stay.clone()), (1, vec![2]));
    let young = prune(&keeper(&world).await, &two, days(200), false)
        .await
        .unwrap();
    assert_eq!((young.generations.len(), young.stay), (0, vec![1, 2]));
    let count = |world: &World| tree(&world.cloud_dir(1)).len();
    let all = count(&world);

    let done = prune(&keeper(&world).await, &two, days(30), false)
        .await
        .unwrap();
    assert!(done.generations[0].erased);
    assert!(done.generations[0].faults.is_empty());
    assert_eq!(
        count(&world) as u64,
        all as u64 - done.generations[0].deleted / 3
    );
    let first = Asked {
        at: vault::object::Sequence::new(2),
        witness: None,
    };
    assert!(world.open_asked(&world.dir, first).await.is_err());
    let to = dir.path().join("out");
    world.restore(&to).await;
    assert_eq!(tree(&to), expected(&small(3)));
    assert_eq!(
        status(&keeper(&world).await).await.unwrap().colour,
        Colour::Green
    );
    assert!(
        scrub(&keeper(&world).await, Scope::All, &unseen)
            .await
            .unwrap()
            .wrong
            .is_empty()
    );
}
