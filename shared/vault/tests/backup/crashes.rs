//! A run that is killed at each of its transitions, and disks that are full.

use std::io;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use vault::backup::{BackupError, Observer, Status, Step};

use crate::data::{File, joined, noise, rows};
use crate::world::World;

const AT: &str = "LIFEBOAT_TEST_KILL_AT";
const TIMES: &str = "LIFEBOAT_TEST_KILL_TIMES";
const FOLDER: &str = "LIFEBOAT_TEST_FOLDER";

fn before() -> Vec<File> {
    vec![File::table("person", joined(&rows(200_000, 1)))]
}

fn after() -> Vec<File> {
    vec![
        File::table("person", joined(&rows(300_000, 1))),
        File::plain("noise", noise(20 << 20, 2)),
    ]
}

/// Ends the process, without a word to anyone, when a transition was reached so often.
#[derive(Debug)]
struct Killer {
    at: Step,
    left: AtomicUsize,
}

impl Observer for Killer {
    fn reached(&self, step: Step) -> io::Result<()> {
        if step == self.at && self.left.fetch_sub(1, Ordering::SeqCst) == 1 {
            std::process::abort();
        }
        Ok(())
    }
}

/// The process that is killed; run on its own it does nothing.
#[tokio::test(flavor = "multi_thread")]
async fn the_run_that_is_killed() {
    let (Ok(at), Ok(folder)) = (std::env::var(AT), std::env::var(FOLDER)) else {
        return;
    };
    let times = std::env::var(TIMES).unwrap().parse().unwrap();
    let mut steps = Step::ALL.into_iter();
    let step = steps.find(|step| format!("{step:?}") == at).unwrap();
    let world = World::of(folder.as_ref());
    let killer = Arc::new(Killer {
        at: step,
        left: AtomicUsize::new(times),
    });
    let is_new = matches!(step, Step::KeyringMade | Step::KeyringPut);
    let done = world
        .run_with(&after(), world.clouds(), killer, is_new)
        .await;
    unreachable!("not killed: {done:?}");
}

fn kill(world: &World, step: Step, times: usize) {
    let child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "crashes::the_run_that_is_killed", "--nocapture"])
        .env(AT, format!("{step:?}"))
        .env(TIMES, times.to_string())
        .env(FOLDER, world.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&child.stderr);
    assert!(
        !child.status.success() && !said.contains("not killed"),
        "{step:?}: {said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_anywhere_is_taken_up_by_the_next() {
    let packs = [Step::PackSending, Step::PackPut, Step::PackStored];
    let again = packs.map(|step| (step, 4));
    for (step, times) in Step::ALL.map(|step| (step, 1)).into_iter().chain(again) {
        let world = World::new(2, 3).await;
        let first = world.run(&before()).await.unwrap();
        kill(&world, step, times);
        // What is on the clouds is the old restore point or the new one, and never half of one.
        let is_there = step >= Step::HeadPut;
        let expected = if is_there { after() } else { before() };
        world.assert_holds(&expected).await;
        let done = world.run(&after()).await.unwrap();
        assert_eq!(done.status, Status::Green, "{step:?}: {done}");
        world.assert_holds(&after()).await;
        // The killed run's head counts where it was made, and then the chain goes on behind it.
        let was_ended = step >= Step::EndingNoted;
        let sequence = first.sequence + 1 + u64::from(was_ended);
        assert_eq!(done.sequence, sequence, "{step:?}");
        let was_taken_up = step == Step::EndingNoted || step == Step::HeadPut;
        assert_eq!(done.finished_earlier.is_some(), was_taken_up, "{step:?}");
        if step >= Step::PacksDone {
            assert_eq!(
                (done.bytes_new, done.bytes_resent),
                (0, 0),
                "{step:?}: {done}"
            );
        }
        if step == Step::PackStored && times > 1 {
            assert!(done.bytes_new < 17 << 20, "{done}");
        }
        if packs.contains(&step) && step != Step::PackStored {
            assert!(done.bytes_resent > 0, "{step:?}");
        }
        let log = std::fs::read_to_string(world.folder().join("state/witness.log")).unwrap();
        assert_eq!(log.lines().count() as u64, sequence, "{step:?}");
    }
}

/// A disk that is full from some transition on.
#[derive(Debug)]
struct FullDisk(Step);

impl Observer for FullDisk {
    fn reached(&self, step: Step) -> io::Result<()> {
        if step == self.0 {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_said_and_loses_nothing() {
    for step in [
        Step::RunBegun,
        Step::PackStored,
        Step::HeadMade,
        Step::RunEnded,
    ] {
        let world = World::new(2, 3).await;
        world.run(&before()).await.unwrap();
        let disk = Arc::new(FullDisk(step));
        let failed = world.run_with(&after(), world.clouds(), disk, false).await;
        let failed = failed.unwrap_err();
        assert!(matches!(failed, BackupError::State { .. }), "{failed}");
        assert!(
            failed.advice().contains("disk of the state folder is full"),
            "{step:?}"
        );
        world.run(&after()).await.unwrap();
        world.assert_holds(&after()).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_state_folder_that_cannot_be_written_is_said_before_anything_is_sent() {
    let world = World::new(2, 3).await;
    world.run(&before()).await.unwrap();
    let journal = world.folder().join("state/generation-00001/journal");
    let kept = std::fs::read(&journal).unwrap();
    // Every write to this device says that the disk is full.
    std::fs::remove_file(&journal).unwrap();
    std::os::unix::fs::symlink("/dev/full", &journal).unwrap();
    let witness = world.folder().join("state/witness.log");
    let lines = std::fs::read_to_string(&witness).unwrap();
    let failed = world.run(&after()).await.unwrap_err();
    assert!(!failed.advice().is_empty());
    std::fs::remove_file(&journal).unwrap();
    std::fs::write(&journal, kept).unwrap();
    assert_eq!(std::fs::read_to_string(&witness).unwrap(), lines);
    world.run(&after()).await.unwrap();
    world.assert_holds(&after()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_run_at_the_same_time_is_turned_away() {
    let world = World::new(2, 3).await;
    let lock = world.vault().state.lock().unwrap();
    let turned_away = world.run(&before()).await.unwrap_err();
    assert!(
        matches!(turned_away, BackupError::Busy { .. }),
        "{turned_away}"
    );
    drop(lock);
    world.run(&before()).await.unwrap();
}
