//! A program run to its end under observation.

use std::fs::File;
use std::io::{Read, Seek};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::Setting;
use super::rounds::Run;
use super::usage::Usage;
use crate::Failure;

/// How often a running program is looked at. The peak is the kernel's own high-water mark, so that only what happens
/// within the last moment of a program can be missed.
const LOOK: Duration = Duration::from_millis(5);

/// What a program took from start to end.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) wall: Duration,
    pub(crate) usage: Usage,
}

impl Measured {
    /// Runs the command to its end.
    ///
    /// # Errors
    /// When it fails, with what it wrote to standard error; when interrupted.
    pub(crate) fn run(command: &mut Command, setting: &Setting) -> Result<Self, Failure> {
        let mut words = tempfile::tempfile()?;
        let started = Instant::now();
        let mut child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(words.try_clone()?)
            .spawn()
            .map_err(|error| {
                format!("cannot start {}: {error}", command.get_program().display())
            })?;
        let mut usage = Usage::default();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if let Err(interrupted) = setting.go_on() {
                child.kill()?;
                child.wait()?;
                return Err(interrupted);
            }
            let now = Usage::alone(child.id()).unwrap_or_default();
            usage.cpu = usage.cpu.max(now.cpu);
            usage.peak_kib = usage.peak_kib.max(now.peak_kib);
            std::thread::sleep(LOOK);
        };
        let wall = started.elapsed();
        if status.success() {
            return Ok(Self { wall, usage });
        }
        Err(format!("{command:?}: {status}\n{}", read(&mut words)?).into())
    }

    /// As figures of a run whose work other processes did: their processor time and memory are not known.
    pub(crate) fn of_others(self, source: f64, stored: Option<f64>) -> Run {
        let mut run = self.of_mib(source, stored);
        run.retain(|column, _| !["cpu_seconds", "peak_mib"].contains(column));
        run
    }

    /// As figures of a run that carried so many rows.
    pub(crate) fn of_rows(self, rows: u64) -> Run {
        #[expect(
            clippy::cast_precision_loss,
            reason = "a figure of a bench is not counted to the last row"
        )]
        let rows = rows as f64;
        Run::from([
            ("rows_per_second", rows / self.wall.as_secs_f64()),
            ("wall_seconds", self.wall.as_secs_f64()),
            ("cpu_seconds", self.usage.cpu.as_secs_f64()),
            ("peak_mib", self.usage.peak_mib()),
        ])
    }

    /// As figures of a run that worked on a source of so many MiB, and stored so many.
    pub(crate) fn of_mib(self, source: f64, stored: Option<f64>) -> Run {
        let mut run = Run::from([
            ("mib_per_second", source / self.wall.as_secs_f64()),
            ("wall_seconds", self.wall.as_secs_f64()),
            ("cpu_seconds", self.usage.cpu.as_secs_f64()),
            ("peak_mib", self.usage.peak_mib()),
        ]);
        run.extend(stored.map(|mib| ("stored_mib", mib)));
        run
    }
}

fn read(file: &mut File) -> Result<String, Failure> {
    let mut text = Vec::new();
    file.rewind()?;
    file.read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}
