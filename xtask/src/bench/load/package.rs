//! A data package, as far as the databases' own tools need to know it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::Failure;

/// One table and its files.
#[derive(Debug)]
pub(in super::super) struct Table {
    pub(in super::super) name: String,
    pub(in super::super) columns: Vec<String>,
    pub(in super::super) files: Vec<PathBuf>,
    rows: u64,
}

/// A data package of one system.
#[derive(Debug)]
pub(in super::super) struct Package {
    pub(in super::super) folder: PathBuf,
    pub(in super::super) tables: Vec<Table>,
}

impl Package {
    pub(in super::super) fn read(folder: &Path) -> Result<Self, Failure> {
        let described = folder.join("datapackage.json");
        let text = fs::read_to_string(&described)
            .map_err(|error| format!("{}: {error}", described.display()))?;
        let package: Value = serde_json::from_str(&text)?;
        let resources = package["resources"]
            .as_array()
            .ok_or("the data package has no resources")?;
        let tables: Result<Vec<Table>, Failure> = resources
            .iter()
            .map(|one| Table::read(folder, one))
            .collect();
        Ok(Self {
            folder: folder.to_owned(),
            tables: tables?,
        })
    }

    /// Of all tables.
    pub(in super::super) fn rows(&self) -> u64 {
        self.tables.iter().map(|table| table.rows).sum()
    }
}

impl Table {
    fn read(folder: &Path, resource: &Value) -> Result<Self, Failure> {
        let name = resource["name"]
            .as_str()
            .ok_or("a resource has no name")?
            .to_owned();
        let paths = match &resource["path"] {
            Value::String(path) => vec![path.as_str()],
            Value::Array(paths) => paths.iter().filter_map(Value::as_str).collect(),
            _ => return Err(format!("{name} has no path").into()),
        };
        let files: Vec<PathBuf> = paths.into_iter().map(|path| folder.join(path)).collect();
        let fields = resource["schema"]["fields"]
            .as_array()
            .ok_or("a resource has no fields")?;
        let columns = fields
            .iter()
            .filter_map(|field| field["name"].as_str().map(str::to_owned))
            .collect();
        let mut rows = 0;
        for file in &files {
            rows += lines(file)?.saturating_sub(1);
        }
        Ok(Self {
            name,
            columns,
            files,
            rows,
        })
    }
}

/// No field of the generators' contains a line break.
fn lines(file: &Path) -> Result<u64, Failure> {
    let mut reader = BufReader::new(fs::File::open(file)?);
    let (mut count, mut line) = (0, Vec::new());
    while reader.read_until(b'\n', &mut line)? > 0 {
        count += 1;
        line.clear();
    }
    Ok(count)
}
