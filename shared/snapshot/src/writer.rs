//! Writes data packages: for the demo's invented agencies, for rows that were put aside, for handing data back.

mod csv;
mod table;

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use serde_json::{Map, Value, json};

use crate::package::node::DESCRIPTOR;
use crate::package::{Origin, SIGNATURE};
use crate::signature::AgencySigner;
pub(crate) use csv::write_record;
pub use table::{FieldHead, TableHead, TableWriter};

/// A package being written. Nothing is a package before [`PackageWriter::finish`]: `datapackage.json` comes last.
#[derive(Debug)]
pub struct PackageWriter {
    dir: PathBuf,
    origin: Origin,
    resources: Vec<Value>,
    notes: Map<String, Value>,
}

impl PackageWriter {
    /// Begins a package in `dir`, which is made if it is missing.
    ///
    /// # Errors
    /// If `dir` cannot be made, or already holds a package.
    pub fn create(dir: &Path, origin: Origin) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        if dir.join(DESCRIPTOR).exists() {
            let words = format!("{} already holds a package", dir.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
        }
        Ok(Self {
            dir: dir.to_owned(),
            origin,
            resources: Vec::new(),
            notes: Map::new(),
        })
    }

    /// Adds a member to `lifeboat`.
    pub fn note(&mut self, name: &str, value: impl Into<Value>) {
        self.notes.insert(name.to_owned(), value.into());
    }

    /// Begins a table in parts of `part_rows` rows. Rows come sorted by the key.
    ///
    /// # Errors
    /// If its folder or first part cannot be made.
    pub fn table(&mut self, head: TableHead, part_rows: u64) -> io::Result<TableWriter<'_>> {
        TableWriter::begin(self, head, part_rows)
    }

    /// Describes a table whose parts (paths below the folder) are there already.
    pub(crate) fn adopt(
        &mut self,
        head: &TableHead,
        parts: &[String],
        rows: u64,
    ) -> io::Result<()> {
        let mut hash = crate::digest::Running::new();
        let mut bytes = 0;
        for part in parts {
            bytes += hash_file(&self.dir.join(part), &mut hash)?;
        }
        self.describe(head, parts, rows, bytes, &hash);
        Ok(())
    }

    fn describe(
        &mut self,
        head: &TableHead,
        parts: &[String],
        rows: u64,
        bytes: u64,
        hash: &crate::digest::Running,
    ) {
        let path = match parts {
            [one] => json!(one),
            many => json!(many),
        };
        let mut schema = json!({ "fields": head.fields_json(), "missingValues": [""] });
        if !head.primary_key.is_empty() {
            schema["primaryKey"] = json!(head.primary_key);
        }
        self.resources.push(json!({
            "name": head.name,
            "path": path,
            "profile": "tabular-data-resource",
            "format": "csv",
            "encoding": "utf-8",
            "bytes": bytes,
            "hash": format!("sha256:{}", crate::digest::hex(&hash.so_far())),
            "rows": rows,
            "schema": schema,
        }));
    }

    /// Writes `datapackage.json` and, with a `signer`, `datapackage.sig`. Returns the folder.
    ///
    /// # Errors
    /// If a file cannot be written.
    pub fn finish(self, signer: Option<&AgencySigner>) -> io::Result<PathBuf> {
        let origin = &self.origin;
        let taken_at = origin.taken_at.to_rfc3339_opts(SecondsFormat::AutoSi, true);
        let mut lifeboat = json!({
            "system": origin.system,
            "agency": origin.agency,
            "taken_at": taken_at,
            "sequence": origin.sequence,
            "schema_version": origin.schema_version,
        });
        for (name, value) in self.notes {
            lifeboat[name] = value;
        }
        let package = json!({
            "profile": "tabular-data-package",
            "name": origin.system,
            "created": taken_at,
            "lifeboat": lifeboat,
            "resources": self.resources,
        });
        let text = serde_json::to_vec_pretty(&package)?;
        if let Some(signer) = signer {
            write_whole(&self.dir.join(SIGNATURE), signer.sign(&text).as_bytes())?;
        }
        write_whole(&self.dir.join(DESCRIPTOR), &text)?;
        Ok(self.dir)
    }
}

/// Writes a file that is either there whole or not at all.
fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let draft = path.with_extension("draft");
    let mut file = File::create(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)
}

fn hash_file(path: &Path, hash: &mut crate::digest::Running) -> io::Result<u64> {
    use io::Read as _;
    let mut file = File::open(path)?;
    let (mut chunk, mut bytes) = (vec![0; 128 << 10], 0);
    loop {
        match file.read(&mut chunk)? {
            0 => return Ok(bytes),
            read => {
                hash.update(&chunk[..read]);
                bytes += read as u64;
            }
        }
    }
}
