//! How a command ends: its exit code, and words that say what to do next.

use std::fmt;
use std::io::Write as _;
use std::process::ExitCode;

use serde::Serialize;

/// The end of a command that did not do what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    code: u8,
    said: String,
    next: Option<String>,
    is_passing: bool,
}

impl Failure {
    /// It was tried and failed (exit code 1).
    pub(crate) fn failed(said: impl fmt::Display) -> Self {
        Self {
            code: 1,
            said: said.to_string(),
            next: None,
            is_passing: false,
        }
    }

    /// It was asked in a way that cannot be done (exit code 2).
    pub(crate) fn usage(said: impl fmt::Display) -> Self {
        Self {
            code: 2,
            said: said.to_string(),
            next: None,
            is_passing: false,
        }
    }

    /// It could be done and is not, because it might do harm (exit code 3).
    pub(crate) fn refused(said: impl fmt::Display) -> Self {
        Self {
            code: 3,
            said: said.to_string(),
            next: None,
            is_passing: false,
        }
    }

    /// The process was told to end before it was done (SIGTERM or Ctrl-C; exit code 1).
    pub(crate) fn told_to_stop() -> Self {
        Self::failed("told to stop before it was done")
            .next("run it again: what was begun is not in use, and is taken up or begun anew")
    }

    /// What the operator does next.
    #[must_use]
    pub(crate) fn next(mut self, next: impl fmt::Display) -> Self {
        self.next = Some(next.to_string());
        self
    }

    /// The same, of something that may be otherwise in a moment.
    #[must_use]
    pub(crate) fn passing(mut self) -> Self {
        self.is_passing = true;
        self
    }

    /// Whether it may be otherwise in a moment.
    pub(crate) fn is_passing(&self) -> bool {
        self.is_passing
    }

    /// Tells the operator, on standard error.
    #[must_use]
    #[expect(clippy::print_stderr, reason = "this is what the operator reads")]
    pub(crate) fn tell(&self) -> ExitCode {
        eprintln!("error: {}", self.said);
        if let Some(next) = &self.next {
            eprintln!("next:  {next}");
        }
        ExitCode::from(self.code)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.said)
    }
}

/// Writes one line of the command's result to standard output. A reader who has left, as `| head` does, is no failure.
#[expect(
    clippy::print_stderr,
    reason = "a result that cannot be written must not vanish in silence"
)]
pub(crate) fn say(line: fmt::Arguments<'_>) {
    if let Err(error) = writeln!(std::io::stdout(), "{line}")
        && error.kind() != std::io::ErrorKind::BrokenPipe
    {
        eprintln!("error: cannot write the result: {error}");
    }
}

/// Tells the operator something on the way, on standard error, where it is no part of the result.
#[expect(clippy::print_stderr, reason = "this is what the operator reads")]
pub(crate) fn remark(line: fmt::Arguments<'_>) {
    eprintln!("{line}");
}

/// Writes the command's result as JSON to standard output, as [`say`] writes a line.
pub(crate) fn say_json(result: &impl Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(result)?;
    say(format_args!("{text}"));
    Ok(())
}

/// Writes the command's result: as JSON, or in words as `tell` writes them.
pub(crate) fn say_result<T: Serialize>(
    result: &T,
    json: bool,
    tell: impl FnOnce(&T),
) -> Result<(), Failure> {
    if json {
        return say_json(result);
    }
    tell(result);
    Ok(())
}

impl<E: std::error::Error> From<E> for Failure {
    fn from(error: E) -> Self {
        let mut said = error.to_string();
        let mut cause = error.source();
        while let Some(inner) = cause {
            said = format!("{said}: {inner}");
            cause = inner.source();
        }
        Self {
            code: 1,
            said,
            next: None,
            is_passing: false,
        }
    }
}
