//! What belongs to a cluster: a folder, and every process that works in it. Nothing else is ever ended.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{glance, hold};
use crate::Failure;

/// How long everything may take to end in an orderly way.
const PATIENCE: Duration = Duration::from_secs(90);

/// How long what is left may take to be gone once it is killed.
const SOON: Duration = Duration::from_secs(20);

/// The file in which it is written down where the folder is.
fn file() -> PathBuf {
    hold::folder().join("folder")
}

/// What belongs to a cluster.
#[derive(Debug)]
pub(super) struct Remains {
    folder: PathBuf,
}

/// A process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Process {
    id: Pid,
    /// Whether it was started by another one of the cluster.
    is_child: bool,
}

impl Remains {
    pub(super) fn of(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
        }
    }

    /// Of the cluster that was started last, unless it was ended.
    pub(super) fn read() -> Result<Option<Self>, Failure> {
        match fs::read_to_string(file()) {
            Ok(folder) => Ok(Some(Self::of(Path::new(folder.trim_end())))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    pub(super) fn required() -> Result<Self, Failure> {
        Ok(Self::read()?.ok_or("it is not known what belongs to the cluster")?)
    }

    pub(super) fn write(&self) -> Result<(), Failure> {
        let text = self.folder.to_str().ok_or("a strange temporary folder")?;
        Ok(fs::write(file(), text)?)
    }

    /// Whether something of it runs.
    pub(super) fn is_held(&self) -> bool {
        self.processes().is_ok_and(|found| !found.is_empty())
    }

    /// Ends it: first as whoever started it would, then what is left; and removes its folder.
    pub(super) async fn end(self) -> Result<(), Failure> {
        // The holder ends its children, in their order; who has lost it is asked, too.
        for process in self.processes()?.into_iter().filter(|one| !one.is_child) {
            signal(process, Signal::TERM);
        }
        if !self.is_gone(PATIENCE).await? {
            for process in self.processes()? {
                signal(process, Signal::KILL);
            }
            if !self.is_gone(SOON).await? {
                let left = self.processes()?;
                return Err(format!("these do not end: {left:?}").into());
            }
        }
        absent(fs::remove_dir_all(&self.folder))?;
        absent(fs::remove_file(file()))
    }

    async fn is_gone(&self, within: Duration) -> Result<bool, Failure> {
        let deadline = Instant::now() + within;
        while !self.processes()?.is_empty() {
            if Instant::now() >= deadline {
                return Ok(false);
            }
            glance().await;
        }
        Ok(true)
    }

    /// Every process that works in the folder.
    fn processes(&self) -> Result<Vec<Process>, Failure> {
        let own = rustix::process::getpid();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let name = entry?.file_name();
            let id = name.to_str().and_then(|name| name.parse().ok());
            let Some(id) = id.and_then(Pid::from_raw).filter(|id| *id != own) else {
                continue;
            };
            if works_in(id, &self.folder) {
                found.push(id);
            }
        }
        let is_child = |id: Pid| parent(id).is_some_and(|parent| found.contains(&parent));
        let process = |id: &Pid| Process {
            id: *id,
            is_child: is_child(*id),
        };
        Ok(found.iter().map(process).collect())
    }
}

/// What is gone already was removed by somebody else who ends the same cluster.
fn absent(removed: std::io::Result<()>) -> Result<(), Failure> {
    match removed {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

/// Whether a process works in a folder. One that has ended, or is somebody else's, works nowhere.
fn works_in(id: Pid, folder: &Path) -> bool {
    fs::read_link(format!("/proc/{}/cwd", id.as_raw_nonzero()))
        .is_ok_and(|place| place.starts_with(folder))
}

fn parent(id: Pid) -> Option<Pid> {
    let stat = fs::read_to_string(format!("/proc/{}/stat", id.as_raw_nonzero())).ok()?;
    // The name before may hold anything, brackets among it.
    let (_, rest) = stat.rsplit_once(')')?;
    Pid::from_raw(rest.split_whitespace().nth(1)?.parse().ok()?)
}

fn signal(process: Process, signal: Signal) {
    // It fails only for a process that has ended meanwhile.
    let _ended = kill_process(process.id, signal);
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use rustix::process::Pid;

    use super::{Remains, parent, works_in};

    #[test]
    fn only_what_works_in_the_folder_belongs_to_it() {
        let (own, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let start = |folder: &tempfile::TempDir| {
            let deep = folder.path().join("deep");
            std::fs::create_dir_all(&deep).unwrap();
            let mut sleep = Command::new("sleep");
            sleep.arg("600").current_dir(deep).stdin(Stdio::null());
            sleep.spawn().unwrap()
        };
        let (mut ours, mut theirs) = (start(&own), start(&other));
        let [of_ours, of_theirs] = [&ours, &theirs].map(Pid::from_child);
        assert!(works_in(of_ours, own.path()) && !works_in(of_theirs, own.path()));
        assert_eq!(parent(of_ours), Some(rustix::process::getpid()));
        let remains = Remains::of(own.path());
        assert!(remains.is_held());
        let found = remains.processes().unwrap();
        assert_eq!(
            found.iter().map(|one| one.id).collect::<Vec<_>>(),
            [of_ours]
        );
        assert!(!found[0].is_child);
        ours.kill().unwrap();
        ours.wait().unwrap();
        assert!(!remains.is_held());
        theirs.kill().unwrap();
        theirs.wait().unwrap();
    }
}
