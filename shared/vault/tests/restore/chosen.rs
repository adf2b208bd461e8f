//! What is restored: everything, a tier, a table, a key.

use std::sync::Arc;

use vault::restore::{Choice, RestoreError, Restored, Sink, Unheard};

use crate::sample::{expected, sources};
use crate::world::{World, tree};

pub(crate) async fn restore(
    world: &World,
    choice: &Choice,
    to: &std::path::Path,
) -> Result<Restored, RestoreError> {
    let plan = world.open().await?.plan(choice).await?;
    plan.run(Sink::Folder(to.to_owned()), Arc::new(Unheard))
        .await
}

#[tokio::test]
async fn everything_comes_back_byte_for_byte() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path(), 2, 3);
    world.run(&sources(7));
    let to = dir.path().join("out");
    let restored = restore(&world, &Choice::default(), &to).await.unwrap();
    assert_eq!(tree(&to), expected(&sources(7)));
    assert_eq!(restored.sources.len(), 3);
    assert!(restored.blames.is_empty(), "{:?}", restored.blames);
    assert!(restored.warnings.is_empty(), "{:?}", restored.warnings);
    assert_eq!(restored.planned.rows, 2_000);
    let left: Vec<_> = std::fs::read_dir(dir.path())
        .unwrap()
        .map(|one| one.unwrap().file_name())
        .collect();
    assert_eq!(left.len(), 4, "clouds and target, and no staging: {left:?}");
}

#[tokio::test]
async fn a_tier_fetches_no_byte_more_than_it_needs() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path(), 2, 3);
    world.run(&sources(7));
    let to = dir.path().join("out");
    let tier = Choice {
        tier: Some(0),
        ..Choice::default()
    };
    let restored = restore(&world, &tier, &to).await.unwrap();
    let people: Vec<_> = sources(7)
        .into_iter()
        .filter(|one| one.tier == Some(0))
        .collect();
    assert_eq!(tree(&to), expected(&people));
    assert_eq!(restored.fetched, restored.planned.fetched);
    // Four extents of persons, one of households, one of the description: in packs of 64 KiB.
    assert_eq!(restored.planned.fetched, 6 * 65_536);
}

#[tokio::test]
async fn one_table_and_one_key_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path(), 2, 3);
    world.run(&sources(7));
    let mut choice = Choice {
        tables: vec!["person".to_owned()],
        ..Choice::default()
    };
    let to = dir.path().join("table");
    restore(&world, &choice, &to).await.unwrap();
    let all = expected(&sources(7));
    assert_eq!(
        tree(&to).into_iter().collect::<Vec<_>>(),
        [all.get_key_value("people/person/0001.csv")
            .map(|(k, v)| (k.clone(), v.clone()))
            .unwrap()]
    );

    choice.key = Some("A000777".to_owned());
    let to = dir.path().join("key");
    let restored = restore(&world, &choice, &to).await.unwrap();
    assert_eq!(restored.sources[0].rows, 50);
    let part = tree(&to).remove("people/person/0001.csv").unwrap();
    let part = String::from_utf8(part).unwrap();
    assert!(
        part.starts_with("id,name\nA000750,"),
        "the heading and the part"
    );
    assert!(part.contains("\nA000777,") && !part.contains("A000800"));
    assert!(restored.planned.fetched <= 2 * 65_536);

    for (tables, key) in [
        (vec!["nobody".to_owned()], None),
        (Vec::new(), Some("A000777".to_owned())),
        (vec!["person".to_owned()], Some("B".to_owned())),
    ] {
        let choice = Choice {
            tables,
            key,
            ..Choice::default()
        };
        let refused = restore(&world, &choice, &dir.path().join("no"))
            .await
            .unwrap_err();
        assert_eq!(refused.exit_code(), 2, "{refused}");
        assert!(!dir.path().join("no").exists());
    }
}

#[tokio::test]
async fn a_target_that_holds_something_is_not_touched() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path(), 2, 3);
    world.run(&sources(7));
    let to = dir.path().join("out");
    std::fs::create_dir(&to).unwrap();
    std::fs::write(to.join("mine"), "x").unwrap();
    let refused = restore(&world, &Choice::default(), &to).await.unwrap_err();
    assert_eq!(refused.exit_code(), 2);
    assert_eq!(tree(&to).len(), 1);
}
