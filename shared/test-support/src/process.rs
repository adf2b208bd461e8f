//! The project's own programs, started as in production.

use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use crate::child::Guarded;

/// Where the built programs are, when not beside the test that asks.
pub const VARIABLE: &str = "LIFEBOAT_TEST_PROGRAMS";

/// The built program of this name: in the folder that [`VARIABLE`] names, otherwise beside the running test
/// (`target/debug/deps/test` → `target/debug/name`).
///
/// # Panics
/// When it is not built.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os(VARIABLE).map(PathBuf::from).or_else(|| {
        let test = std::env::current_exe().ok()?;
        Some(test.parent()?.parent()?.to_owned())
    });
    let file = folder.unwrap_or_default().join(name);
    assert!(
        file.is_file(),
        "{} is not built: {}",
        file.display(),
        crate::RUN_INSTEAD
    );
    file
}

/// A command without the `LIFEBOAT_…` variables of the test's own environment, which the program would take for settings.
#[must_use]
pub fn command(program: &Path) -> Command {
    let mut command = Command::new(program);
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LIFEBOAT_") {
            command.env_remove(name);
        }
    }
    command
}

/// A running program, whose words are kept; killed when dropped if it does not end on SIGTERM.
#[derive(Debug)]
pub struct Service {
    process: Guarded,
    stdout: Words,
    stderr: Words,
}

impl Service {
    /// Starts a program with exactly these `LIFEBOAT_…` variables: those of the test's own environment are not
    /// passed on.
    ///
    /// # Panics
    /// When it cannot be started.
    #[must_use]
    pub fn start(program: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Self {
        let mut command = command(program);
        command
            .args(arguments)
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let mut process = Guarded::start(&mut command, Signal::TERM);
        let stdout = Words::of(process.inner().stdout.take());
        let stderr = Words::of(process.inner().stderr.take());
        Self {
            process,
            stdout,
            stderr,
        }
    }

    /// The process id.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Waits until the URL answers with a success status.
    ///
    /// # Panics
    /// With the program's words, when it ends first or the time is over.
    pub async fn answers(&mut self, url: &str, within: Duration) {
        let deadline = Instant::now() + within;
        loop {
            if answers_well(url).await.is_some_and(|well| well) {
                return;
            }
            self.still_waiting(deadline, url);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// Waits until a line of standard error or output contains this, and returns the line.
    ///
    /// # Panics
    /// With the program's words, when it ends first or the time is over.
    pub async fn says(&mut self, words: &str, within: Duration) -> String {
        let deadline = Instant::now() + within;
        loop {
            // Before looking: what an ended program said last is there then.
            self.ended();
            for text in [self.stderr.so_far(), self.stdout.so_far()] {
                if let Some(line) = text.lines().find(|line| line.contains(words)) {
                    return line.to_owned();
                }
            }
            self.still_waiting(deadline, words);
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// How it ended, once its last words are gathered; a child of its own that holds a pipe open is not waited for.
    pub fn ended(&mut self) -> Option<ExitStatus> {
        let status = self.process.ended()?;
        let patience = Instant::now() + Duration::from_secs(2);
        while !(self.stdout.is_whole() && self.stderr.is_whole()) && Instant::now() < patience {
            std::thread::sleep(Duration::from_millis(1));
        }
        Some(status)
    }

    fn still_waiting(&mut self, deadline: Instant, what: &str) {
        let ended = self.ended();
        assert!(
            ended.is_none() && Instant::now() < deadline,
            "no {what} ({}):\n{}",
            ended.map_or_else(|| "time is over".to_owned(), |status| status.to_string()),
            self.stderr.so_far(),
        );
    }

    /// Asks it to end (SIGTERM) and goes on.
    pub fn terminate(&mut self) {
        self.process.signal(Signal::TERM);
    }

    /// Kills it (SIGKILL) and waits until it is gone.
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Waits for its end.
    ///
    /// # Panics
    /// With the program's words, when the time is over first.
    pub async fn exit(&mut self, within: Duration) -> ExitStatus {
        let deadline = Instant::now() + within;
        loop {
            if let Some(status) = self.ended() {
                return status;
            }
            self.still_waiting(deadline, "end");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// What it wrote to standard output so far.
    #[must_use]
    pub fn stdout(&self) -> String {
        self.stdout.so_far()
    }

    /// What it wrote to standard error so far.
    #[must_use]
    pub fn stderr(&self) -> String {
        self.stderr.so_far()
    }
}

/// Whether `http://host:port/path` answers with a success status; none when it does not answer.
async fn answers_well(url: &str) -> Option<bool> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = rest.find('/').map_or((rest, "/"), |at| rest.split_at(at));
    let ask = async {
        let mut stream = TcpStream::connect(host).await.ok()?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.ok()?;
        let mut line = [0; 12];
        stream.read_exact(&mut line).await.ok()?;
        Some(line.starts_with(b"HTTP/1.1 2"))
    };
    timeout(Duration::from_secs(2), ask).await.ok()?
}

/// What comes out of a pipe, gathered by a thread of its own so that the program never waits for its reader.
#[derive(Debug, Clone)]
struct Words {
    text: Arc<Mutex<String>>,
    whole: Arc<AtomicBool>,
}

impl Words {
    fn of(pipe: Option<impl Read + Send + 'static>) -> Self {
        let words = Self {
            text: Arc::default(),
            whole: Arc::new(AtomicBool::new(pipe.is_none())),
        };
        let (kept, whole) = (Arc::clone(&words.text), Arc::clone(&words.whole));
        if let Some(pipe) = pipe {
            std::thread::spawn(move || {
                let mut lines = BufReader::new(pipe);
                let mut line = Vec::new();
                while lines
                    .read_until(b'\n', &mut line)
                    .is_ok_and(|read| read > 0)
                {
                    let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                    kept.push_str(&String::from_utf8_lossy(&line));
                    line.clear();
                }
                whole.store(true, Ordering::Release);
            });
        }
        words
    }

    /// Whether the pipe has ended.
    fn is_whole(&self) -> bool {
        self.whole.load(Ordering::Acquire)
    }

    fn so_far(&self) -> String {
        self.text
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;
    use std::time::Duration;

    use super::Service;

    const SOON: Duration = Duration::from_secs(5);

    #[tokio::test]
    async fn words_are_kept_and_sigterm_ends_it() {
        let script =
            "trap 'echo bye; exit 3' TERM; echo ready >&2; while true; do sleep 0.05; done";
        let mut service = Service::start(Path::new("/bin/sh"), &["-c", script], &[]);
        assert_eq!(service.says("ready", SOON).await, "ready");
        service.terminate();
        assert_eq!(service.exit(SOON).await.code(), Some(3));
        service.says("bye", SOON).await;
    }

    #[tokio::test]
    #[should_panic(expected = "out of fuel")]
    async fn a_program_that_ends_before_it_is_ready_fails_with_its_words() {
        let script = "echo out of fuel >&2; exit 1";
        let mut service = Service::start(Path::new("/bin/sh"), &["-c", script], &[]);
        service.says("out of", SOON).await;
        service.answers("http://127.0.0.1:9/livez", SOON).await;
    }
}
