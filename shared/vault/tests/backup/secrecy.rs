//! What clouds learn: nothing.

use std::collections::{BTreeMap, BTreeSet};

use crate::data::{File, joined, rows};
use crate::world::World;

const SECRET: &str = "A123456789 王小明 臺北市中山北路二段";

fn files() -> Vec<File> {
    let mut table = rows(400_000, 1);
    table.push(format!("999999999,{SECRET},1990-01-01,,\n"));
    vec![
        File::plain("secret-plans.txt", SECRET.repeat(1_000).into_bytes()),
        File::plain("zeros", vec![0; 3_000_000]),
        File::plain("pattern", b"0123456789abcdef".repeat(100_000)),
        File::table("household_registration", joined(&table)),
    ]
}

fn holds(haystack: &[u8], needle: &[u8]) -> bool {
    memchr::memmem::find(haystack, needle).is_some()
}

#[tokio::test(flavor = "multi_thread")]
async fn no_cloud_holds_plaintext_names_counts_or_patterns() {
    let world = World::new(2, 3).await;
    let done = world.run(&files()).await.unwrap();
    let source = &done.sources[0];
    let needles: Vec<Vec<u8>> = vec![
        SECRET.as_bytes()[..24].to_vec(),
        "王".repeat(2).into_bytes(),
        b"secret-plans".to_vec(),
        b"household_registration".to_vec(),
        b"register".to_vec(),
        b"0001.csv".to_vec(),
        b"0123456789abcdef0123456789abcdef".to_vec(),
        source.rows.to_string().into_bytes(),
        source.bytes.to_string().into_bytes(),
        vec![0; 32],
        // A frame of zstd.
        b"\x28\xb5\x2f\xfd".to_vec(),
    ];
    let mut sizes = BTreeSet::new();
    for number in 1..=3 {
        for (name, bytes) in world.objects(number) {
            // Zstd's four bytes may occur by chance once in 4 GiB.
            for needle in &needles {
                assert!(!holds(&bytes, needle), "{name} holds {needle:?}");
                assert!(!holds(name.as_bytes(), needle), "{name}");
            }
            let parts: Vec<_> = name.split('/').collect();
            if parts[1] == "f" {
                sizes.insert(bytes.len());
                assert!(is_even(&bytes), "{name} has a pattern");
            }
        }
    }
    let classes = [64 << 10, 1 << 20, 8 << 20].map(|class: usize| class / 2);
    assert!(sizes.iter().all(|size| classes.contains(size)), "{sizes:?}");
}

/// Whether bytes look random: no value far more frequent than others, and no 16-byte block twice.
fn is_even(bytes: &[u8]) -> bool {
    let mut counts = [0_usize; 256];
    for byte in bytes {
        counts[usize::from(*byte)] += 1;
    }
    let most = counts.iter().max().copied().unwrap_or(0);
    let mut blocks = BTreeSet::new();
    most < bytes.len() / 256 * 2 && bytes.chunks(16).all(|block| blocks.insert(block))
}

#[tokio::test(flavor = "multi_thread")]
async fn two_vaults_of_the_same_data_share_no_name_and_no_content() {
    let (one, other) = (World::new(2, 3).await, World::new(2, 3).await);
    one.run(&files()).await.unwrap();
    other.run(&files()).await.unwrap();
    let all = |world: &World| -> BTreeMap<String, Vec<u8>> {
        let mut all = BTreeMap::new();
        for number in 1..=3 {
            for (name, bytes) in world.objects(number) {
                for part in name.split('/').filter(|part| part.len() > 8) {
                    all.insert(format!("{number}/{part}"), bytes.clone());
                }
            }
        }
        all
    };
    let (one, other) = (all(&one), all(&other));
    let names = |all: &BTreeMap<String, Vec<u8>>| -> BTreeSet<String> {
        all.keys().map(|name| name[2..].to_owned()).collect()
    };
    assert!(names(&one).is_disjoint(&names(&other)));
    let contents = |all: &BTreeMap<String, Vec<u8>>| -> BTreeSet<[u8; 32]> {
        let blocks = all.values().flat_map(|bytes| bytes.chunks(4_096));
        blocks
            .map(|block| *blake3::hash(block).as_bytes())
            .collect()
    };
    assert!(contents(&one).is_disjoint(&contents(&other)));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_on_two_clouds_of_one_vault_cannot_be_linked() {
    let world = World::new(2, 3).await;
    world.run(&files()).await.unwrap();
    let names = |number| -> BTreeSet<String> {
        let objects = world.objects(number);
        let last = objects.keys().filter_map(|name| name.rsplit('/').next());
        last.map(|name| name.trim_start_matches("0000000001-").to_owned())
            .collect()
    };
    assert!(names(1).is_disjoint(&names(2)));
    assert!(names(2).is_disjoint(&names(3)));
}
