//! Cut lines, killed restores.

use std::num::NonZeroU32;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use test_support::child::{Guarded, Signal};
use vault::restore::{
    Asked, Choice, Event, Events, Restore, RestoreError, Sink, Unheard, Whereabouts,
};

use crate::sample::{expected, sources};
use crate::troubled::{self, UNTIL_CUT};
use crate::world::{World, settings, tree};

const CHILD: &str = "LIFEBOAT_TEST_RESTORE_TO_BE_KILLED";

/// Longer than anything takes on a busy machine.
const PATIENCE: Duration = Duration::from_mins(2);

fn steps(staging: &Path) -> usize {
    std::fs::read_to_string(staging.join("journal"))
        .map_or(0, |text| text.lines().count().saturating_sub(1))
}

fn place(dir: &Path, name: &str) -> Whereabouts {
    let clouds = (1..=3).map(|i| {
        let mut settings = settings(dir, name, i);
        // A disk that stands still for a moment is not given up: what is fetched is counted exactly.
        settings.patience_seconds = NonZeroU32::new(60).unwrap();
        settings
    });
    let mut place = Whereabouts::new(clouds.collect(), None);
    place.opener = troubled::open;
    place
}

#[tokio::test]
async fn a_cut_line_keeps_what_was_fetched() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path(), 2, 3);
    world.run(&sources(7));
    let to = dir.path().join("out");
    let staging = dir.path().join(".out.lifeboat-restore");
    let plan = || async {
        let place = place(dir.path(), "cut");
        let open = Restore::open(
            &place,
            Asked::default(),
            |_| Ok(world.master()),
            &world.clock(),
        )
        .await;
        open.unwrap().plan(&Choice::default()).await.unwrap()
    };
    let cut = plan().await;
    UNTIL_CUT.store(6, Ordering::Relaxed);
    let error = cut
        .run(Sink::Folder(to.clone()), Arc::new(Unheard))
        .await
        .unwrap_err();
    assert!(
        matches!(&error, RestoreError::Interrupted { staging: Some(kept), .. } if *kept == staging),
        "{error}"
    );
    assert_eq!(error.exit_code(), 1);
    assert!(error.next_step().contains("goes on where it stopped"));
    assert!(!to.exists());
    let kept = steps(&staging);
    assert!(kept >= 1, "something was kept");

    UNTIL_CUT.store(i64::MAX, Ordering::Relaxed);
    let again = plan().await;
    let restored = again
        .run(Sink::Folder(to.clone()), Arc::new(Unheard))
        .await
        .unwrap();
    assert_eq!(tree(&to), expected(&sources(7)));
    let saved = restored.planned.fetched - restored.fetched;
    assert_eq!(
        saved,
        kept as u64 * 65_536,
        "what was kept is not fetched again"
    );
    assert!(!staging.exists());
}

/// Nothing by itself: what the test below starts and kills.
#[tokio::test]
async fn restore_to_be_killed() {
    let Ok(dir) = std::env::var(CHILD) else {
        return;
    };
    let dir = Path::new(&dir);
    let mut world = World::new(dir, 2, 3);
    world.run(&sources(7));
    let place = place(dir, "held");
    let open = Restore::open(
        &place,
        Asked::default(),
        |_| Ok(world.master()),
        &world.clock(),
    )
    .await
    .unwrap();
    let plan = open.plan(&Choice::default()).await.unwrap();
    // Five of the first source's six packs: it cannot end, however long nobody kills it.
    UNTIL_CUT.store(10, Ordering::Relaxed);
    plan.run(Sink::Folder(dir.join("out")), Arc::new(Unheard))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_killed_restore_fetches_only_what_is_not_there_yet() {
    let dir = tempfile::tempdir().unwrap();
    let staging = dir.path().join(".out.lifeboat-restore");
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "resume::restore_to_be_killed"])
        .env(CHILD, dir.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    let mut child = Guarded::start(&mut command, Signal::KILL);
    let deadline = Instant::now() + PATIENCE;
    while steps(&staging) < 3 {
        assert!(
            child.ended().is_none(),
            "it ended before it could be killed"
        );
        assert!(Instant::now() < deadline, "it keeps nothing");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    child.kill();
    assert!(!dir.path().join("out").exists());
    let kept = steps(&staging);

    let world = World::new(&dir.path().join("same-seed"), 2, 3);
    let place = place(dir.path(), "number");
    let open = Restore::open(
        &place,
        Asked::default(),
        |_| Ok(world.master()),
        &world.clock(),
    )
    .await
    .unwrap();
    let plan = open.plan(&Choice::default()).await.unwrap();
    let restored = plan
        .run(Sink::Folder(dir.path().join("out")), Arc::new(Unheard))
        .await
        .unwrap();
    assert_eq!(tree(&dir.path().join("out")), expected(&sources(7)));
    assert_eq!(
        restored.planned.fetched - restored.fetched,
        kept as u64 * 65_536
    );
}

#[tokio::test]
async fn what_a_killed_restore_left_is_not_believed() {
    let dir = tempfile::tempdir().unwrap();
    let mut world = World::new(dir.path(), 2, 3);
    world.run(&sources(7));
    let to = dir.path().join("out");
    let staging = dir.path().join(".out.lifeboat-restore");
    let plan = || async {
        let open = world.open().await.unwrap();
        open.plan(&Choice::default()).await.unwrap()
    };
    // What stands in the way of the target at the end leaves the staging folder as it is.
    let events = Arc::new(SpoilsTheEnd(to.clone()));
    let error = plan()
        .await
        .run(Sink::Folder(to.clone()), events)
        .await
        .unwrap_err();
    assert!(matches!(error, RestoreError::File { .. }), "{error}");
    std::fs::remove_file(&to).unwrap();
    let file = staging.join("files/people/person/0001.csv");
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[5] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    let restored = plan()
        .await
        .run(Sink::Folder(to.clone()), Arc::new(Unheard))
        .await
        .unwrap();
    assert_eq!(tree(&to), expected(&sources(7)));
    assert!(restored.fetched > 0, "the damaged source was fetched again");
    assert!(
        restored.fetched < restored.planned.fetched,
        "the others were not"
    );
}

/// Puts a file where the target should be, as soon as the last source is restored.
#[derive(Debug)]
struct SpoilsTheEnd(std::path::PathBuf);

impl Events for SpoilsTheEnd {
    fn tell(&self, event: Event) {
        if matches!(event, Event::Restored { source } if source == "scans") {
            std::fs::write(&self.0, "in the way").unwrap();
        }
    }
}
