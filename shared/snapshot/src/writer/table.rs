//! One table of a package being written.

use std::fs::{self, File};
use std::io::{self, Write as _};

use serde_json::{Value, json};

use crate::definition::TableDefinition;
use crate::digest::Running;
use crate::field::Kind;
use crate::writer::{PackageWriter, write_record};

/// Bytes collected before they are written.
const FULL: usize = 256 << 10;

/// What a table is called and what its columns are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableHead {
    /// Name of the table.
    pub name: String,
    /// Columns in the order of the file.
    pub fields: Vec<FieldHead>,
    /// Columns of the key; may be empty.
    pub primary_key: Vec<String>,
}

/// A column of a table being written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldHead {
    /// Name of the column.
    pub name: String,
    /// Type of Table Schema, e.g. `string` or `date`.
    pub r#type: &'static str,
    /// What it means; may be empty.
    pub description: String,
}

impl TableHead {
    /// The head of a table of a system.
    #[must_use]
    pub fn of(table: &TableDefinition) -> Self {
        let fields = table.columns.iter().map(|column| FieldHead {
            name: column.name.to_owned(),
            r#type: declared(column.kind),
            description: column.doc.to_owned(),
        });
        Self {
            name: table.name.to_owned(),
            fields: fields.collect(),
            primary_key: table.key.iter().map(|name| (*name).to_owned()).collect(),
        }
    }

    pub(crate) fn fields_json(&self) -> Vec<Value> {
        let field = |field: &FieldHead| {
            let mut json = json!({ "name": field.name, "type": field.r#type });
            if !field.description.is_empty() {
                json["description"] = json!(field.description);
            }
            json
        };
        self.fields.iter().map(field).collect()
    }

    pub(crate) fn header(&self) -> Vec<u8> {
        let mut out = Vec::new();
        write_record(
            &mut out,
            self.fields.iter().map(|field| field.name.as_str()),
        );
        out
    }
}

fn declared(kind: Kind) -> &'static str {
    match kind {
        Kind::Text => "string",
        Kind::Integer | Kind::BigInteger => "integer",
        Kind::Boolean => "boolean",
        Kind::Date => "date",
        Kind::Decimal => "number",
        Kind::Timestamp => "datetime",
    }
}

/// Writes the rows of a table.
#[derive(Debug)]
pub struct TableWriter<'a> {
    package: &'a mut PackageWriter,
    head: TableHead,
    part_rows: u64,
    file: File,
    out: Vec<u8>,
    parts: Vec<String>,
    hash: Running,
    bytes: u64,
    rows: u64,
    rows_of_part: u64,
}

impl<'a> TableWriter<'a> {
    pub(super) fn begin(
        package: &'a mut PackageWriter,
        head: TableHead,
        part_rows: u64,
    ) -> io::Result<Self> {
        let path = format!("{}/0001.csv", head.name);
        let file = create(package, &head, &path)?;
        let out = head.header();
        Ok(Self {
            package,
            part_rows: part_rows.max(1),
            file,
            out,
            parts: vec![path],
            hash: Running::new(),
            bytes: 0,
            rows: 0,
            rows_of_part: 0,
            head,
        })
    }

    /// Writes a row, one text per column; an empty text is no value.
    ///
    /// # Errors
    /// If the number of cells is another than of columns, or a part cannot be written.
    pub fn row<'c>(
        &mut self,
        cells: impl IntoIterator<Item = &'c str, IntoIter: ExactSizeIterator>,
    ) -> io::Result<()> {
        let cells = cells.into_iter();
        if cells.len() != self.head.fields.len() {
            return Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                "a row needs a cell for every column",
            ));
        }
        if self.rows_of_part == self.part_rows {
            self.write()?;
            let path = format!("{}/{:04}.csv", self.head.name, self.parts.len() + 1);
            self.file = create(self.package, &self.head, &path)?;
            self.parts.push(path);
            self.out.extend(self.head.header());
            self.rows_of_part = 0;
        }
        write_record(&mut self.out, cells);
        self.rows += 1;
        self.rows_of_part += 1;
        if self.out.len() >= FULL {
            self.write()
        } else {
            Ok(())
        }
    }

    fn write(&mut self) -> io::Result<()> {
        self.file.write_all(&self.out)?;
        self.hash.update(&self.out);
        self.bytes += self.out.len() as u64;
        self.out.clear();
        Ok(())
    }

    /// Ends the table.
    ///
    /// # Errors
    /// If the last part cannot be written.
    pub fn finish(mut self) -> io::Result<()> {
        self.write()?;
        self.package
            .describe(&self.head, &self.parts, self.rows, self.bytes, &self.hash);
        Ok(())
    }
}

fn create(package: &PackageWriter, head: &TableHead, path: &str) -> io::Result<File> {
    fs::create_dir_all(package.dir.join(&head.name))?;
    File::create(package.dir.join(path))
}
