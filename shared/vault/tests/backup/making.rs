//! Making a vault: whole or not at all.

use std::fs;

use vault::backup::BackupError;

use crate::world::{World, files_below};

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_never_made_over_another() {
    let world = World::new(2, 3).await;
    let before = files_below(world.folder());
    let again = world.init().await.unwrap_err();
    assert!(matches!(again, BackupError::Settings { .. }), "{again}");
    fs::remove_file(world.vault_file()).unwrap();
    let again = world.init().await.unwrap_err();
    assert!(again.to_string().contains("not empty"), "{again}");
    let mut after = files_below(world.folder());
    after.insert("vault.toml".to_owned(), before["vault.toml"].clone());
    assert_eq!(after, before, "nothing else was touched");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cloud_that_does_not_take_part_leaves_no_vault() {
    let world = World::bare(2, 3);
    // A file where the third cloud's folder should be.
    fs::write(world.cloud_folder(3), b"no folder").unwrap();
    let failed = world.init().await.unwrap_err();
    assert!(matches!(failed, BackupError::NotEveryCloud(_)), "{failed}");
    assert!(failed.to_string().contains("cloud-3"), "{failed}");
    assert!(!world.vault_file().exists());
    assert!(world.objects(1).is_empty() && world.objects(2).is_empty());
    assert!(files_below(&world.folder().join("state")).is_empty());
    fs::remove_file(world.cloud_folder(3)).unwrap();
    world.init().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn numbers_that_survive_nothing_are_refused() {
    for (need, count) in [(1, 3), (3, 3), (2, 2)] {
        let world = World::bare(need, count);
        assert!(world.init().await.is_err(), "{need} of {count}");
        assert!(!world.vault_file().exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_vaults_state_is_not_taken_for_ones_own() {
    let (one, other) = (World::new(2, 3).await, World::new(2, 3).await);
    fs::copy(other.vault_file(), one.vault_file()).unwrap();
    let opened = vault::backup::Vault::open(&one.vault_file());
    assert!(matches!(opened, Err(BackupError::Settings { .. })));
}
