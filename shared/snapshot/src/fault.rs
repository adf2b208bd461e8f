//! What is wrong with a package, and where.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// So many faults are listed; the rest is counted.
pub(crate) const LISTED: usize = 100;

/// Longest text of the package's own description that a fault repeats.
const LONGEST_QUOTE: usize = 80;

/// Whether a terminal does something with `character` instead of showing it: control characters, ends of lines, and what turns the
/// direction of the text around it. A package must not be able to speak in this program's name.
#[must_use]
pub fn acts_on_terminals(character: char) -> bool {
    character.is_control()
        || matches!(
            character,
            '\u{61c}'
                | '\u{200e}'
                | '\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2066}'..='\u{2069}'
        )
}

/// `text` as it may be shown on a terminal: characters that [act on one](acts_on_terminals) as escapes, `\u{1b}` or `\n`.
#[must_use]
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts_on_terminals) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if acts_on_terminals(character) {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
    Cow::Owned(out)
}

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
    /// On one line, whatever names and values the package has.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&shown(&self.file))?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        if let Some(FaultColumn { number, name }) = &self.column {
            write!(f, ", column {number} ({})", shown(name))?;
        }
        write!(f, ": {}", self.rule)?;
        if let Some(value) = &self.value {
            write!(f, ": {}", shown(value))?;
        }
        write!(f, ": expected {}", shown(&self.expected))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_acts_on_a_terminal_is_shown_as_an_escape() {
        for (text, expected) in [
            ("\u{1b}[31mred\u{7}", "\\u{1b}[31mred\\u{7}"),
            ("a\nb\r\tc\u{7f}\u{9b}", "a\\nb\\r\\tc\\u{7f}\\u{9b}"),
            (
                "\u{202e}gro\u{2066}\u{2028}",
                "\\u{202e}gro\\u{2066}\\u{2028}",
            ),
            ("戶政司 𠊎 \\n \"x\"", "戶政司 𠊎 \\n \"x\""),
        ] {
            assert_eq!(shown(text), expected);
        }
    }

    #[test]
    fn a_fault_is_one_line_whatever_it_repeats() {
        let fault = Fault {
            line: Some(1),
            column: Some(FaultColumn {
                number: 1,
                name: "a\nb".to_owned(),
            }),
            ..Fault::of_file("x\u{1b}.csv", "rule", "y\u{202e}").quoting("z\u{7}")
        };
        assert_eq!(
            fault.to_string(),
            "x\\u{1b}.csv:1, column 1 (a\\nb): rule: z\\u{7}: expected y\\u{202e}"
        );
    }
}
