//! Rows that broke a rule, put aside in a data package with the reasons.
//!
//! Each part with bad rows gets a file of its own, named like the part, written anew whenever the part is read anew: so a
//! load that is resumed has the bad rows of every part exactly once.

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::fault::Fault;
use crate::package::Package;
use crate::plan::TablePlan;
use crate::read::BadRow;
use crate::writer::{FieldHead, PackageWriter, TableHead, write_record};

/// Columns behind the row's own: where it stood and why it was put aside.
const REASONS: [(&str, &str, &str); 6] = [
    (
        "lifeboat_file",
        "string",
        "file of the package that the row stood in",
    ),
    ("lifeboat_line", "integer", "line of that file"),
    (
        "lifeboat_column",
        "string",
        "columns whose rules it breaks, separated by spaces",
    ),
    (
        "lifeboat_rule",
        "string",
        "the rules it breaks, separated by spaces",
    ),
    ("lifeboat_expected", "string", "what would have been right"),
    (
        "lifeboat_raw",
        "string",
        "base64 of the record, if it could not be told apart into cells of text",
    ),
];

/// Bytes collected before they are written.
const FULL: usize = 64 << 10;

/// The folder for the rows that are put aside.
#[derive(Debug)]
pub(crate) struct Quarantine {
    dir: PathBuf,
    /// File of the part being read, once it has a bad row.
    open: Option<(File, Vec<u8>)>,
}

impl Quarantine {
    pub(crate) fn create(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        Ok(Self {
            dir: dir.to_owned(),
            open: None,
        })
    }

    /// Writes a bad row of the part at `place` of `table`.
    pub(crate) fn put(
        &mut self,
        table: &TablePlan,
        place: usize,
        row: &BadRow<'_>,
    ) -> io::Result<()> {
        let (file, out) = match &mut self.open {
            Some(open) => open,
            none => {
                let path = self.dir.join(part_path(table, place));
                if let Some(folder) = path.parent() {
                    fs::create_dir_all(folder)?;
                }
                none.insert((File::create(path)?, head(table).header()))
            }
        };
        write_row(out, table, row);
        if out.len() >= FULL {
            file.write_all(out)?;
            out.clear();
        }
        Ok(())
    }

    /// Makes what was put aside of a part durable, before the part's good rows are.
    pub(crate) fn end_part(&mut self) -> io::Result<()> {
        if let Some((mut file, out)) = self.open.take() {
            file.write_all(&out)?;
            file.sync_all()?;
        }
        Ok(())
    }

    /// Describes everything that was put aside; `bad_rows` per table and part. Leaves no folder behind if there is nothing.
    pub(crate) fn finish(
        self,
        package: &Package,
        tables: &[(&TablePlan, Vec<u64>)],
    ) -> io::Result<()> {
        if tables
            .iter()
            .all(|(_, bad)| bad.iter().all(|rows| *rows == 0))
        {
            // Nothing was written into it.
            let _ = fs::remove_dir(&self.dir);
            return Ok(());
        }
        let descriptor = self.dir.join(crate::package::node::DESCRIPTOR);
        if descriptor.exists() {
            fs::remove_file(descriptor)?;
        }
        let mut writer = PackageWriter::create(&self.dir, package.origin.clone())?;
        writer.note("quarantine_of", package.digest());
        for (table, bad) in tables {
            let parts: Vec<String> = (0..bad.len())
                .filter(|place| bad[*place] > 0)
                .map(|place| part_path(table, place))
                .collect();
            if !parts.is_empty() {
                writer.adopt(&head(table), &parts, bad.iter().sum())?;
            }
        }
        writer.finish(None).map(|_| ())
    }
}

fn part_path(table: &TablePlan, place: usize) -> String {
    format!("{}/{:04}.csv", table.definition.name, place + 1)
}

/// Every cell is text here: a value that broke its type's rule has no other type.
fn head(table: &TablePlan) -> TableHead {
    let field = |name: &str, r#type, description: &str| FieldHead {
        name: name.to_owned(),
        r#type,
        description: description.to_owned(),
    };
    let own = table
        .resource
        .schema
        .fields
        .iter()
        .map(|own| field(&own.name, "string", ""));
    let reasons = REASONS
        .iter()
        .map(|(name, r#type, description)| field(name, r#type, description));
    TableHead {
        name: table.definition.name.to_owned(),
        fields: own.chain(reasons).collect(),
        primary_key: Vec::new(),
    }
}

fn write_row(out: &mut Vec<u8>, table: &TablePlan, row: &BadRow<'_>) {
    let width = table.resource.schema.fields.len();
    let cells: Option<Vec<&str>> = (0..row.record.len())
        .map(|at| std::str::from_utf8(row.record.cell(row.buffer, at)).ok())
        .collect::<Option<Vec<_>>>()
        .filter(|cells| cells.len() == width);
    let raw = match cells {
        Some(_) => String::new(),
        None => STANDARD.encode(row.record.raw(row.buffer)),
    };
    let cells = cells.unwrap_or_else(|| vec![""; width]);
    let words = |of: fn(&Fault) -> String| row.faults.iter().map(of).collect::<Vec<_>>().join(" ");
    let line = row.record.line.to_string();
    let file = row.faults.first().map_or("", |fault| &*fault.file);
    let column = words(|fault| {
        fault
            .column
            .as_ref()
            .map_or_else(|| "-".to_owned(), |column| column.name.clone())
    });
    let rule = words(|fault| fault.rule.to_owned());
    let expected = row
        .faults
        .iter()
        .map(|fault| &*fault.expected)
        .collect::<Vec<_>>()
        .join("; ");
    let reasons = [file, &line, &column, &rule, &expected, &raw];
    write_record(out, cells.into_iter().chain(reasons));
}
