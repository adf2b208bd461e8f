//! The holder: a process of its own that outlives `up`, with everything of a cluster as its children.

use std::fs::{self, File, Permissions};
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clap::{Args, ValueEnum};

use super::remains::Remains;
use super::{Options, REPORT, glance};
use crate::commands::Group;
use crate::emulators::Emulators;
use crate::interrupt::Interrupt;
use crate::kubernetes;
use crate::{Failure, root};

/// The file, in the cluster's folder, that says where everything is.
const READY: &str = "ready.json";

/// How long a cluster may take to end in an orderly way: its services are given time to finish.
const PATIENCE: Duration = Duration::from_mins(1);

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Work {
    Up,
    Test,
}

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    #[arg(long)]
    work: Work,
    /// The cluster's folder
    #[arg(long)]
    folder: PathBuf,
    #[command(flatten)]
    options: Options,
}

/// Where clusters leave what outlives them.
pub(super) fn folder() -> PathBuf {
    root().join("target").join("cluster")
}

/// What the holder and everything in it says.
pub(super) fn log() -> PathBuf {
    folder().join("log")
}

/// The holder, as `up` and `test` see it.
#[derive(Debug)]
pub(super) struct Holder {
    child: Child,
    folder: PathBuf,
    said: File,
}

impl Holder {
    /// Starts it, and writes down what belongs to it.
    pub(super) fn start(options: &Options, work: Work) -> Result<Self, Failure> {
        let packages = match &options.snapshots {
            Some(packages) => Some(
                fs::canonicalize(packages)
                    .map_err(|error| format!("--snapshots: {}: {error}", packages.display()))?,
            ),
            None => None,
        };
        fs::create_dir_all(folder())?;
        let place = tempfile::Builder::new()
            .prefix("lifeboat-cluster-")
            .tempdir()?;
        // The database runs as a user of its own, and reaches its files through here.
        fs::set_permissions(place.path(), Permissions::from_mode(0o755))?;
        let place = place.keep();
        Remains::of(&place).write()?;
        let log_file = File::create(log())?;
        let mut command = Command::new(std::env::current_exe()?);
        command
            .args(["cluster", "hold", "--work"])
            .arg(match work {
                Work::Up => "up",
                Work::Test => "test",
            })
            .arg("--folder")
            .arg(&place);
        match packages {
            Some(packages) => command.arg("--snapshots").arg(packages),
            None => command.arg("--people").arg(options.people.to_string()),
        };
        if options.release {
            command.arg("--release");
        }
        let child = command
            // Everything that is started below works and keeps its files here.
            .env("TMPDIR", &place)
            .current_dir(&place)
            .stdin(Stdio::null())
            .stdout(log_file.try_clone()?)
            .stderr(log_file)
            // Ctrl-C is for who waits for it, and ends it in order.
            .process_group(0)
            .spawn()?;
        Ok(Self {
            child,
            folder: place,
            said: File::open(log())?,
        })
    }

    pub(super) fn ready_file(&self) -> PathBuf {
        self.folder.join(READY)
    }

    /// Shows what it says until the file is there.
    pub(super) async fn told(&mut self, file: &Path) -> Result<(), Failure> {
        while !file.exists() {
            self.show()?;
            if let Some(status) = self.child.try_wait()? {
                self.show()?;
                return Err(format!("the cluster did not start ({status})").into());
            }
            glance().await;
        }
        self.show()
    }

    /// Shows what it says until it has ended.
    pub(super) async fn ended(&mut self) -> Result<(), Failure> {
        loop {
            let status = self.child.try_wait()?;
            self.show()?;
            match status {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(format!("the cluster failed ({status})").into()),
                None => glance().await,
            }
        }
    }

    fn show(&mut self) -> Result<(), Failure> {
        let mut text = Vec::new();
        self.said.read_to_end(&mut text)?;
        std::io::stdout().write_all(&text)?;
        Ok(())
    }
}

/// The holder itself.
pub(super) async fn run(arguments: &Arguments, interrupt: &mut Interrupt) -> Result<(), Failure> {
    let emulators = Emulators::start(interrupt).await?;
    let tools = kubernetes::tools(interrupt).await?;
    let programs = arguments.options.programs();
    let mut rig = tokio::process::Command::new(programs.join("cluster-rig"));
    match arguments.work {
        Work::Up => rig
            .args(["up", "--ready-file"])
            .arg(arguments.folder.join(READY)),
        Work::Test => rig.args(["test", "--report"]).arg(folder().join(REPORT)),
    };
    rig.args(["--people", &arguments.options.people.to_string()]);
    if let Some(packages) = &arguments.options.snapshots {
        rig.arg("--snapshots").arg(packages);
    }
    rig.envs(kubernetes::variables(&tools))
        .envs(emulators.variables())
        .env(test_support::process::VARIABLE, programs)
        .current_dir(&arguments.folder);
    let status = Group::patient(&mut rig, PATIENCE)?.wait(interrupt).await?;
    if status.success() {
        return Ok(());
    }
    Err(format!("the cluster: {status}").into())
}
