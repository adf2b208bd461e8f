//! The second decoder on what years leave behind: a later generation, the first one pruned.

use std::path::Path;
use std::process::Command;

use chrono::TimeDelta;
use vault::keep::{Keeper, prune};
use vault::keys::ceremony;
use vault::restore::Whereabouts;

use crate::data::{File, noise};
use crate::world::{World, files_below};

fn day(number: u64) -> [File; 2] {
    let rows = (0..3_000).map(|row| format!("{row:05},{}\n", row * number));
    let table: String = std::iter::once("id,value\n".to_owned())
        .chain(rows)
        .collect();
    [
        File::table("register", table.into_bytes()),
        File::plain("noise", noise(50_000, number)),
    ]
}

/// Restores with the decoder; gives the folder of the source and what was said on standard error.
fn decode(world: &World, shares: &Path, clouds: [u8; 2], to: &Path) -> String {
    let python = std::env::var("LIFEBOAT_TEST_DECODER").unwrap();
    let decoder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/reference-decoder");
    let output = Command::new(python)
        .args(["-m", "lifeboat_vault", "restore", "--cloud"])
        .args(clouds.map(|number| world.cloud_folder(number)))
        .arg("--custodian")
        .args([1, 3].map(|custodian| shares.join(format!("custodian-{custodian}.share"))))
        .arg("--to")
        .arg(to)
        .current_dir(decoder)
        .env("PYTHONDONTWRITEBYTECODE", "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_generation_is_read_when_the_first_is_pruned() {
    let mut world = World::bare(2, 3);
    let shares = world.folder().join("ceremony");
    let new = ceremony::hold(2, 3, world.now()).unwrap();
    new.write(&shares).unwrap();
    world.master = new.master;
    world.init().await.unwrap();
    for (number, later) in [(1, 1), (2, 40), (3, 1)] {
        world.run(&day(number)).await.unwrap();
        world.advance_days(later);
    }
    let done = world.run(&day(4)).await.unwrap();
    assert_eq!((done.generation, done.sequence), (2, 4));
    let both = world.folder().join("both");
    assert!(!decode(&world, &shares, [2, 3], &both).contains("begins at"));

    let place = Whereabouts::new(world.cloud_settings(), None);
    let key = world.vault().repository_key().clone();
    let keeper = Keeper::open(&place, key, &world.shared_clock())
        .await
        .unwrap();
    let retention = TimeDelta::days(30);
    let pruned = prune(&keeper, &[1, 3].into(), retention, false)
        .await
        .unwrap();
    assert!(pruned.generations[0].erased && pruned.generations[0].faults.is_empty());
    assert_eq!((pruned.generations[0].points, pruned.stay), (2, vec![2]));

    let one = world.folder().join("one");
    let said = decode(&world, &shares, [1, 2], &one);
    assert!(said.contains("the chain of heads begins at 3"), "{said}");
    for restored in [both, one] {
        let files = files_below(&restored.join("register"));
        assert_eq!(files.len(), 2);
        for file in day(4) {
            assert!(files[&file.path] == file.bytes, "{}", file.path);
        }
    }
}
