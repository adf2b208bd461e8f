//! Running cargo and other programs, so that an interrupt ends them with all their children.

use std::process::ExitStatus;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::interrupt::Interrupt;
use crate::{Failure, root};

/// How long interrupted programs may take to end, before they are killed.
const PATIENCE: Duration = Duration::from_secs(15);

/// The cargo that runs us, in the workspace's folder.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(root());
    command
}

/// A program and its children, as one process group that ends as a whole.
#[derive(Debug)]
pub(crate) struct Group {
    child: Child,
    id: Option<Pid>,
    patience: Duration,
}

impl Group {
    pub(crate) fn start(command: &mut Command) -> Result<Self, Failure> {
        Self::patient(command, PATIENCE)
    }

    /// As [`Group::start`], with so long to end when it is interrupted.
    pub(crate) fn patient(command: &mut Command, patience: Duration) -> Result<Self, Failure> {
        let program = command
            .as_std()
            .get_program()
            .to_string_lossy()
            .into_owned();
        let child = command
            .stdin(std::process::Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| format!("cannot start {program}: {error}"))?;
        let id = child.id().and_then(|id| Pid::from_raw(id.try_into().ok()?));
        Ok(Self {
            child,
            id,
            patience,
        })
    }

    /// The program itself, to take its pipes.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Waits for its end; an interrupt ends the group first and is a failure.
    pub(crate) async fn wait(&mut self, interrupt: &mut Interrupt) -> Result<ExitStatus, Failure> {
        tokio::select! {
            status = self.child.wait() => Ok(status?),
            () = interrupt.wait() => {
                self.end().await;
                Err("interrupted".into())
            }
        }
    }

    async fn end(&mut self) {
        self.signal(Signal::TERM);
        let _in_time = timeout(self.patience, self.child.wait()).await;
        self.signal(Signal::KILL);
        let _gone = self.child.wait().await;
    }

    fn signal(&self, signal: Signal) {
        if let Some(id) = self.id {
            // It fails only when nobody of the group is left.
            let _nobody_left = kill_process_group(id, signal);
        }
    }
}

/// Runs a program to its end; anything but success is a failure.
pub(crate) async fn run(command: &mut Command, interrupt: &mut Interrupt) -> Result<(), Failure> {
    let line = words(command);
    eprintln!("+ {line}");
    let status = Group::start(command)?.wait(interrupt).await?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("{line}: {status}").into())
    }
}

/// The command as one would type it.
pub(crate) fn words(command: &Command) -> String {
    let command = command.as_std();
    let program = std::path::Path::new(command.get_program());
    let name = program.file_name().unwrap_or(command.get_program());
    let mut line = name.to_string_lossy().into_owned();
    for argument in command.get_args() {
        line.push(' ');
        line.push_str(&argument.to_string_lossy());
    }
    line
}
