//! What the runner's closing lines say, added up.

use std::fmt;

use crate::Failure;

/// Totals over all test programs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Outcome {
    programs: u64,
    passed: u64,
    failed: u64,
    ignored: u64,
}

impl Outcome {
    /// Takes in a line; only closing lines count
    /// (`test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.1s`).
    pub(super) fn read(&mut self, line: &str) {
        let Some(totals) = line.strip_prefix("test result: ") else {
            return;
        };
        self.programs += 1;
        self.passed += number_before(totals, " passed");
        self.failed += number_before(totals, " failed");
        self.ignored += number_before(totals, " ignored");
    }

    /// Nothing counts as passed that did not run.
    pub(super) fn all_ran(&self) -> Result<(), Failure> {
        if self.ignored > 0 {
            return Err(format!(
                "{} tests were ignored: a test that cannot run is a failure",
                self.ignored
            )
            .into());
        }
        if self.programs == 0 {
            return Err("no test ran".into());
        }
        Ok(())
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "{} passed, {} failed, {} ignored in {} test programs",
            self.passed, self.failed, self.ignored, self.programs
        )
    }
}

fn number_before(text: &str, words: &str) -> u64 {
    let before = text.split(words).next().unwrap_or_default();
    let digits = before.rsplit(' ').next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::Outcome;

    #[test]
    fn closing_lines_are_added_up() {
        let mut outcome = Outcome::default();
        outcome.read("test result: ok. 3 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out; finished in 0.10s");
        outcome.read("test some::test ... ok");
        outcome.read("test result: FAILED. 12 passed; 2 failed; 0 ignored; 0 measured; 7 filtered out; finished in 1s");
        assert_eq!(
            outcome.to_string(),
            "15 passed, 2 failed, 0 ignored in 2 test programs"
        );
        assert!(outcome.all_ran().is_ok());
    }

    #[test]
    fn an_ignored_test_is_a_failure() {
        let mut outcome = Outcome::default();
        outcome.read("test result: ok. 3 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s");
        assert!(outcome.all_ran().is_err());
    }

    #[test]
    fn nothing_run_is_a_failure() {
        assert!(Outcome::default().all_ran().is_err());
    }
}
