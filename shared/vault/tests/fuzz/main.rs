//! The fuzz targets over what is known to be hard for them, and some thousand changes of that: the same ones every time. `cargo xtask
//! fuzz` looks further, guided by coverage, and what it finds is kept in the corpus.
#![expect(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "../../../../fuzz/src/targets.rs"]
mod targets;

use std::fs;
use std::path::{Path, PathBuf};

/// Changes of every target's corpus.
const CHANGES: usize = 2_000;

fn corpus(name: &str) -> Vec<(PathBuf, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../fuzz/corpus")
        .join(name);
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .map(|file| (file.clone(), fs::read(file).unwrap()))
        .collect();
    files.sort();
    files
}

fn change(bytes: &mut Vec<u8>, other: &[u8], random: &mut fastrand::Rng) {
    let at = random.usize(..=bytes.len());
    let length = random.usize(1..=8);
    let end = bytes.len().min(at + length);
    match random.u8(..7) {
        0 if at < bytes.len() => bytes[at] ^= 1 << random.u8(..8),
        1 if at < bytes.len() => bytes[at] = random.u8(..),
        2 => drop(bytes.drain(at..end)),
        3 => bytes.truncate(at),
        4 => drop(bytes.splice(
            at..at,
            std::iter::repeat_with(|| random.u8(..)).take(length),
        )),
        5 => {
            let again = bytes[at..end].to_vec();
            drop(bytes.splice(at..at, again));
        }
        _ => {
            let from = random.usize(..=other.len());
            let end = other.len().min(from + 4 * length);
            drop(bytes.splice(at..at, other[from..end].iter().copied()));
        }
    }
}

#[test]
fn every_target_survives_its_corpus_and_changes_of_it() {
    for (name, target) in targets::ALL {
        let corpus = corpus(name);
        assert!(!corpus.is_empty(), "{name} has no corpus");
        for (_, bytes) in &corpus {
            target(bytes);
        }
        let mut random = fastrand::Rng::with_seed(1);
        for _ in 0..CHANGES {
            let (_, first) = random.choice(&corpus).unwrap();
            let (_, other) = random.choice(&corpus).unwrap();
            let mut bytes = first.clone();
            for _ in 0..random.u8(1..=4) {
                change(&mut bytes, other, &mut random);
            }
            target(&bytes);
        }
    }
}

#[test]
fn every_corpus_has_a_target() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../fuzz/corpus");
    for target in fs::read_dir(folder).unwrap() {
        let name = target.unwrap().file_name();
        let known = targets::ALL
            .iter()
            .any(|(known, _)| name.as_os_str() == *known);
        assert!(known, "{} is no target", name.display());
    }
}
