//! The failure matrix: every set of lost clouds × every kind of damage.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use vault::restore::{Asked, Choice, Restore, RestoreError, Restored, Sink, Unheard};

use crate::sample::{expected, small};
use crate::world::{World, copy, settings, tree};

#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Damage {
    Missing,
    Truncated,
    BitFlipped,
    Stale,
    SwappedFragments,
    OtherFragments,
    ErrorStorm,
    Slow,
}

const ALL: [Damage; 8] = [
    Damage::Missing,
    Damage::Truncated,
    Damage::BitFlipped,
    Damage::Stale,
    Damage::SwappedFragments,
    Damage::OtherFragments,
    Damage::ErrorStorm,
    Damage::Slow,
];

fn files(dir: &Path) -> Vec<PathBuf> {
    tree(dir).into_keys().map(|path| dir.join(path)).collect()
}

pub(crate) fn damage(kind: Damage, cloud: &Path, stale: &Path, other: &Path) {
    let fragments = || {
        files(cloud)
            .into_iter()
            .filter(|path| path.to_str().unwrap().contains("/f/"))
    };
    match kind {
        Damage::Missing => fs::remove_dir_all(cloud).unwrap(),
        Damage::Truncated => {
            for path in files(cloud) {
                let bytes = fs::read(&path).unwrap();
                fs::write(&path, &bytes[..bytes.len() / 2]).unwrap();
            }
        }
        Damage::BitFlipped => {
            for path in files(cloud) {
                let mut bytes = fs::read(&path).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                fs::write(&path, bytes).unwrap();
            }
        }
        Damage::Stale => {
            fs::remove_dir_all(cloud).unwrap();
            copy(stale, cloud);
        }
        Damage::SwappedFragments => {
            let paths: Vec<_> = fragments().collect();
            let contents: Vec<_> = paths.iter().map(|path| fs::read(path).unwrap()).collect();
            for (at, path) in paths.iter().enumerate() {
                fs::write(path, &contents[(at + 1) % contents.len()]).unwrap();
            }
        }
        Damage::OtherFragments => {
            let others = files(other)
                .into_iter()
                .filter(|path| path.to_str().unwrap().contains("/f/"));
            for (path, other) in fragments().zip(cycle(others)) {
                fs::copy(other, path).unwrap();
            }
        }
        Damage::ErrorStorm | Damage::Slow => {}
    }
}

/// As many fragments of another vault as are wanted.
fn cycle(others: impl Iterator<Item = PathBuf>) -> impl Iterator<Item = PathBuf> {
    others.collect::<Vec<_>>().into_iter().cycle()
}

struct Matrix {
    world: World,
    dir: tempfile::TempDir,
    clouds: u8,
}

impl Matrix {
    fn new(need: u8, clouds: u8) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let mut world = World::new(&dir.path().join("now"), need, clouds);
        world.run(&small(1));
        copy(&dir.path().join("now"), &dir.path().join("stale"));
        world.clock.advance(chrono::TimeDelta::hours(1));
        world.run(&small(2));
        let mut other = World::new(&dir.path().join("other"), need, clouds);
        other.run(&small(3));
        Self { world, dir, clouds }
    }

    fn path(&self, what: &str, i: u8) -> PathBuf {
        self.dir.path().join(what).join(format!("cloud-{i}"))
    }

    /// Restores from a copy of the clouds with these damages.
    async fn restore(
        &self,
        case: &str,
        damages: &[(u8, Damage)],
    ) -> (PathBuf, Result<Restored, RestoreError>) {
        let dir = self.dir.path().join(case);
        copy(&self.dir.path().join("now"), &dir);
        let mut place = self.world.place_in(&dir);
        for (i, kind) in damages {
            damage(
                *kind,
                &dir.join(format!("cloud-{i}")),
                &self.path("stale", *i),
                &self.path("other", *i),
            );
            let name = match kind {
                Damage::ErrorStorm => "storm",
                Damage::Slow => "slow",
                _ => continue,
            };
            place.clouds[usize::from(*i) - 1] = settings(&dir, name, *i);
        }
        let to = dir.join("out/target");
        let run = async {
            let open = Restore::open(
                &place,
                Asked::default(),
                |_| Ok(self.world.master()),
                &self.world.clock(),
            )
            .await?;
            let plan = open.plan(&Choice::default()).await?;
            plan.run(Sink::Folder(to.clone()), Arc::new(Unheard)).await
        };
        let outcome = run.await;
        (dir, outcome)
    }

    fn check(&self, damages: &[(u8, Damage)], dir: &Path, outcome: Result<Restored, RestoreError>) {
        let lost: BTreeSet<u8> = damages
            .iter()
            .filter(|(_, kind)| *kind != Damage::Slow)
            .map(|(i, _)| *i)
            .collect();
        let good = usize::from(self.clouds) - lost.len();
        let all_stale = damages.len() == usize::from(self.clouds)
            && damages.iter().all(|(_, kind)| *kind == Damage::Stale);
        let out = dir.join("out");
        if good >= usize::from(self.world.need) || all_stale {
            let restored = outcome.unwrap_or_else(|error| panic!("{damages:?}: {error}"));
            let salt = if all_stale { 1 } else { 2 };
            assert_eq!(
                tree(&out.join("target")),
                expected(&small(salt)),
                "{damages:?}"
            );
            assert!(
                restored
                    .blames
                    .iter()
                    .all(|blame| lost.contains(&blame.number)),
                "{damages:?}: {:?}",
                restored.blames
            );
            return;
        }
        let error = outcome.expect_err("it must refuse");
        assert_eq!(error.exit_code(), 3, "{damages:?}: {error}");
        let said = error.to_string();
        let blamed: BTreeSet<u8> = (1..=self.clouds)
            .filter(|i| said.contains(&format!("cloud {i} (")))
            .collect();
        assert_eq!(blamed, lost, "{damages:?}: {said}");
        let left = if out.exists() {
            tree(&out)
        } else {
            BTreeMap::default()
        };
        assert!(
            left.is_empty(),
            "{damages:?}: nothing is written: {:?}",
            left.keys()
        );
        assert!(!out.join("target").exists());
        assert!(!out.join(".target.lifeboat-restore").exists());
    }
}

async fn every_loss(need: u8, clouds: u8) {
    let matrix = Arc::new(Matrix::new(need, clouds));
    let at_once = Arc::new(Semaphore::new(12));
    let mut cases = JoinSet::new();
    for set in 0u32..1 << clouds {
        let lost: Vec<u8> = (1..=clouds).filter(|i| set >> (i - 1) & 1 == 1).collect();
        for kind in ALL {
            if lost.is_empty() && kind != Damage::Missing {
                continue;
            }
            let damages: Vec<_> = lost.iter().map(|i| (*i, kind)).collect();
            let (matrix, at_once) = (Arc::clone(&matrix), Arc::clone(&at_once));
            cases.spawn(async move {
                let _turn = at_once.acquire().await.unwrap();
                let (dir, outcome) = matrix.restore(&format!("{kind:?}-{set}"), &damages).await;
                matrix.check(&damages, &dir, outcome);
                fs::remove_dir_all(dir).unwrap();
            });
        }
    }
    while let Some(case) = cases.join_next().await {
        case.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_three_survives_every_loss_of_one_and_refuses_two() {
    every_loss(2, 3).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_of_four_survives_every_loss_of_two_and_refuses_three() {
    every_loss(2, 4).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn three_of_five_survives_every_loss_of_two_and_refuses_three() {
    every_loss(3, 5).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_lost_and_one_tampering_is_two() {
    for (need, clouds) in [(2, 3), (2, 4), (3, 5)] {
        let matrix = Matrix::new(need, clouds);
        for tampering in [
            Damage::BitFlipped,
            Damage::OtherFragments,
            Damage::SwappedFragments,
        ] {
            let damages = [(1, Damage::Missing), (3, tampering)];
            let (dir, outcome) = matrix.restore(&format!("{tampering:?}"), &damages).await;
            matrix.check(&damages, &dir, outcome);
        }
    }
}
