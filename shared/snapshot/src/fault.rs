//! What is wrong with a package, and where.

use std::fmt;

use serde::Serialize;

/// So many faults are listed; the rest is counted.
pub(crate) const LISTED: usize = 100;

/// Longest text of the package's own description that a fault repeats.
const LONGEST_QUOTE: usize = 80;

/// One fault. A cell's value is shown masked, so that a list of faults may be sent by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fault {
    /// The file below the package's folder; for `datapackage.json` with a JSON pointer as fragment.
    pub file: Box<str>,
    /// Line in the file, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// The column of the file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub column: Option<FaultColumn>,
    /// The rule that is broken, in kebab case; docs/formats/data-package.md lists them.
    pub rule: &'static str,
    /// The value: masked if it comes from a row.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// What would have been right.
    pub expected: Box<str>,
}

/// Which column of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FaultColumn {
    /// Place in the file, from 1.
    pub number: usize,
    /// Name in the header.
    pub name: String,
}

impl Fault {
    /// A fault of a whole file.
    pub fn of_file(
        file: impl Into<Box<str>>,
        rule: &'static str,
        expected: impl Into<Box<str>>,
    ) -> Self {
        Self {
            file: file.into(),
            line: None,
            column: None,
            rule,
            value: None,
            expected: expected.into(),
        }
    }

    /// A fault of a line.
    pub fn of_line(
        file: impl Into<Box<str>>,
        line: u64,
        rule: &'static str,
        expected: impl Into<Box<str>>,
    ) -> Self {
        Self {
            line: Some(line),
            ..Self::of_file(file, rule, expected)
        }
    }

    /// Shows a text of the package's description; such texts name no person.
    #[must_use]
    pub fn quoting(mut self, text: &str) -> Self {
        let mut quote: String = text.chars().take(LONGEST_QUOTE).collect();
        if quote.len() < text.len() {
            quote.push('…');
        }
        self.value = Some(quote);
        self
    }

    /// Shows the shape of a cell's value.
    #[must_use]
    pub fn masking(mut self, value: &str) -> Self {
        self.value = Some(identifiers::mask::fault::value(value));
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(FaultColumn { number, name }) = &self.column {
            write!(f, ", column {number} ({name})")?;
        }
        write!(f, ": {}", self.rule)?;
        if let Some(value) = &self.value {
            write!(f, ": {value}")?;
        }
        write!(f, ": expected {}", self.expected)
    }
}

/// The first `LISTED` (100) faults and the number of all.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Faults {
    /// The first ones, in the order they were met.
    pub listed: Vec<Fault>,
    /// All of them, the listed ones included.
    pub total: u64,
}

impl Faults {
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.total == 0
    }

    /// Counts `fault`, and lists it if there is room.
    pub fn push(&mut self, fault: Fault) {
        self.total += 1;
        if self.listed.len() < LISTED {
            self.listed.push(fault);
        }
    }

    /// Takes in the faults of another list.
    pub fn extend(&mut self, other: Self) {
        let room = LISTED.saturating_sub(self.listed.len());
        self.listed.extend(other.listed.into_iter().take(room));
        self.total += other.total;
    }

    /// `value` if there is no fault.
    ///
    /// # Errors
    /// The list itself if it holds a fault.
    pub fn unless_any<T>(self, value: T) -> Result<T, Self> {
        if self.is_empty() {
            Ok(value)
        } else {
            Err(self)
        }
    }
}

impl From<Fault> for Faults {
    fn from(fault: Fault) -> Self {
        Self {
            listed: vec![fault],
            total: 1,
        }
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.listed {
            writeln!(f, "{fault}")?;
        }
        let more = self.total - self.listed.len() as u64;
        match more {
            0 => write!(f, "{} fault(s)", self.total),
            more => write!(f, "{} faults, {more} of them not listed", self.total),
        }
    }
}

impl std::error::Error for Faults {}
