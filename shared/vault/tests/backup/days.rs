//! Day after day: what is sent again and what is not.

use vault::backup::Status;

use crate::data::{File, a_day_later, joined, noise, rows};
use crate::world::World;

#[tokio::test(flavor = "multi_thread")]
async fn what_is_backed_up_is_restored() {
    for (need, count) in [(2, 3), (2, 4), (3, 5), (4, 6)] {
        let world = World::new(need, count).await;
        let files = [
            File::plain("readme.txt", b"x".to_vec()),
            File::plain("empty", Vec::new()),
            File::plain("folder/noise", noise(9_000_000, 1)),
            File::table("person", joined(&rows(300_000, 2))),
        ];
        let done = world.run(&files).await.unwrap();
        assert_eq!(done.status, Status::Green);
        assert_eq!(done.survives, count - need);
        assert_eq!(done.sequence, 1);
        let bytes: usize = files.iter().map(|file| file.bytes.len()).sum();
        assert_eq!(done.bytes_read, bytes as u64);
        world.assert_holds(&files).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unchanged_data_is_not_sent_again() {
    let world = World::new(2, 3).await;
    let files = [
        File::plain("noise", noise(5_000_000, 1)),
        File::table("person", joined(&rows(2_000_000, 2))),
    ];
    let first = world.run(&files).await.unwrap();
    let second = world.run(&files).await.unwrap();
    assert_eq!(second.sequence, 2);
    assert_eq!(second.bytes_new, 0);
    assert!(second.bytes_stored * 20 < first.bytes_stored, "{second}");
    world.assert_holds(&files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn one_changed_row_in_a_hundred_costs_three_bytes_in_a_hundred_at_most() {
    let world = World::new(2, 3).await;
    let tables: Vec<Vec<String>> = (0..24).map(|seed| rows(10 << 20, seed)).collect();
    let files = |tables: &[Vec<String>]| -> Vec<File> {
        let named = tables.iter().enumerate();
        named
            .map(|(number, rows)| File::table(&format!("table_{number:02}"), joined(rows)))
            .collect()
    };
    let first = world.run(&files(&tables)).await.unwrap();
    let before = world.stored_bytes();
    let later: Vec<_> = (100..)
        .zip(&tables)
        .map(|(seed, rows)| a_day_later(rows, seed))
        .collect();
    let second = world.run(&files(&later)).await.unwrap();
    let sent = world.stored_bytes() - before;
    assert!(
        sent * 100 <= before * 3,
        "{sent} of {before}\n{first}\n{second}"
    );
    assert!(second.warnings.is_empty(), "{second}");
    world.assert_holds(&files(&later)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_generation_begins_by_age_or_by_wish_and_refers_to_nothing_older() {
    let world = World::new(2, 3).await;
    let files = [File::table("person", joined(&rows(1_000_000, 2)))];
    let first = world.run(&files).await.unwrap();
    world.advance_days(27);
    let same = world.run(&files).await.unwrap();
    assert_eq!((same.generation, same.bytes_new), (1, 0));
    world.advance_days(1);
    let aged = world.run(&files).await.unwrap();
    assert_eq!((aged.generation, aged.sequence), (2, 3));
    assert!(aged.new_generation && aged.bytes_new == first.bytes_new);
    let silent = std::sync::Arc::new(vault::backup::Silent);
    let wished = world.run_with(&files, world.clouds(), silent, true).await;
    let wished = wished.unwrap();
    assert_eq!((wished.generation, wished.sequence), (3, 4));
    assert!(wished.warnings.is_empty(), "{wished}");
    world.assert_holds(&files).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_register_that_was_encrypted_by_someone_else_is_noticed() {
    let world = World::new(2, 3).await;
    let files = [File::table("person", joined(&rows(10 << 20, 2)))];
    world.run(&files).await.unwrap();
    let files = [File::table("person", noise(10 << 20, 3))];
    let done = world.run(&files).await.unwrap();
    let said = done.warnings.join("\n");
    assert!(said.contains("hardly compresses"), "{said}");
    assert!(said.contains("not as a table"), "{said}");
    world
        .assert_holds(&[File {
            table: None,
            ..files[0].clone()
        }
        .renamed()])
        .await;
}

impl File {
    /// Restored files are told apart by their paths only.
    fn renamed(mut self) -> Self {
        self.table = self.path.strip_suffix("/0001.csv").map(str::to_owned);
        self
    }
}
