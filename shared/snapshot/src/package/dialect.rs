//! The CSV dialect of a resource (Frictionless CSV Dialect).

use crate::fault::{Fault, Faults};
use crate::package::node::Node;

/// How the cells of a part are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CsvDialect {
    /// Between two cells.
    pub delimiter: u8,
    /// Around a cell; doubled inside one.
    pub quote: u8,
}

impl Default for CsvDialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: b'"',
        }
    }
}

/// Reads `dialect`: what the reader can do is honoured, everything else is refused by name rather than guessed at.
pub(crate) fn read(node: &Node<'_>, faults: &mut Faults) -> CsvDialect {
    let mut dialect = CsvDialect::default();
    let members = match node.members() {
        Ok(members) => members,
        Err(fault) => {
            faults.push(fault);
            return dialect;
        }
    };
    for (name, member) in members {
        if let Err(fault) = honour(name, &member, &mut dialect) {
            faults.push(fault);
        }
    }
    if dialect.delimiter == dialect.quote {
        faults.push(node.fault(
            "dialect",
            "a delimiter that differs from the quote character",
        ));
    }
    dialect
}

fn honour(name: &str, member: &Node<'_>, dialect: &mut CsvDialect) -> Result<(), Fault> {
    match name {
        "delimiter" => dialect.delimiter = ascii(member)?,
        "quoteChar" => dialect.quote = ascii(member)?,
        "doubleQuote" | "header" => {
            only(member.flag()?, member, "true: nothing else is supported")?;
        }
        "skipInitialSpace" => only(!member.flag()?, member, "false: nothing else is supported")?,
        "caseSensitiveHeader" => {
            // The header must be equal to the schema's names, which satisfies both values.
            member.flag()?;
        }
        "lineTerminator" => only(
            matches!(member.text()?, "\n" | "\r\n"),
            member,
            "\\n or \\r\\n",
        )?,
        "csvddfVersion" => {}
        _ => return Err(member.fault("dialect", "no such member: it is not supported")),
    }
    Ok(())
}

fn only(holds: bool, member: &Node<'_>, expected: &'static str) -> Result<(), Fault> {
    if holds {
        Ok(())
    } else {
        Err(member.fault("dialect", expected))
    }
}

fn ascii(member: &Node<'_>) -> Result<u8, Fault> {
    match member.text()?.as_bytes() {
        [byte]
            if byte.is_ascii()
                && !matches!(byte, b'\n' | b'\r' | 0)
                && !byte.is_ascii_alphanumeric() =>
        {
            Ok(*byte)
        }
        _ => Err(member.fault(
            "dialect",
            "one ASCII character that is no letter, digit or line end",
        )),
    }
}
