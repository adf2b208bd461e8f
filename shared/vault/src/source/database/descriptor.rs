//! `datapackage.json` of a database, written when the sums of its tables are known.

use std::fmt::Write as _;
use std::io::{self, Cursor, Read};

use serde_json::{Value, json};

use crate::source::SourceHead;
use crate::source::database::catalogue::Catalogue;
use crate::source::database::copy::{Sum, Sums};

/// All of it but sizes and hashes.
#[derive(Debug)]
pub(super) struct Descriptor {
    head: Value,
    resources: Vec<Value>,
}

impl Descriptor {
    pub(super) fn of(head: &SourceHead, catalogue: &Catalogue) -> Self {
        let mut lifeboat = json!({
            "taken_at": catalogue.taken_at.to_rfc3339(),
            "sequence": catalogue.taken_at.timestamp(),
            "schema_version": 1,
        });
        for (member, value) in [("system", &head.system), ("agency", &head.agency)] {
            if let Some(value) = value {
                lifeboat[member] = json!(value);
            }
        }
        let resources = catalogue.tables.iter().map(|table| {
            let fields: Vec<Value> = table
                .copied()
                .map(|column| field(&column.name, &column.kind))
                .collect();
            let mut schema = json!({"fields": fields, "missingValues": [""]});
            if !table.key.is_empty() {
                schema["primaryKey"] = json!(table.key);
            }
            json!({
                "name": table.resource,
                "path": table.path(),
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": schema,
            })
        });
        Self {
            head: json!({"profile": "tabular-data-package", "name": head.name, "lifeboat": lifeboat}),
            resources: resources.collect(),
        }
    }

    /// Reads it; the first read waits until every table was read.
    pub(super) fn reader(self, sums: Sums) -> Late {
        Late {
            descriptor: Some((self, sums)),
            text: Cursor::default(),
        }
    }

    fn text(mut self, sums: &[Sum]) -> Result<Vec<u8>, serde_json::Error> {
        for (resource, sum) in self.resources.iter_mut().zip(sums) {
            let mut hash = "sha256:".to_owned();
            for byte in &sum.sha256 {
                // Writing into a String cannot fail.
                let _written = write!(hash, "{byte:02x}");
            }
            resource["bytes"] = json!(sum.bytes);
            resource["hash"] = json!(hash);
        }
        self.head["resources"] = Value::Array(self.resources);
        serde_json::to_vec_pretty(&self.head)
    }
}

fn field(name: &str, kind: &str) -> Value {
    match kind {
        "smallint" | "integer" | "bigint" => json!({"name": name, "type": "integer"}),
        "date" => json!({"name": name, "type": "date"}),
        "boolean" => {
            json!({"name": name, "type": "boolean", "trueValues": ["t"], "falseValues": ["f"]})
        }
        kind if kind.starts_with("numeric") => json!({"name": name, "type": "number"}),
        _ => json!({"name": name, "type": "string"}),
    }
}

/// A text that is written when it is first read.
#[derive(Debug)]
pub(super) struct Late {
    descriptor: Option<(Descriptor, Sums)>,
    text: Cursor<Vec<u8>>,
}

impl Read for Late {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if let Some((descriptor, sums)) = self.descriptor.take() {
            let sums = sums.wait().ok_or_else(|| {
                io::Error::other(
                    "a table was not read to its end, so the package cannot be described",
                )
            })?;
            self.text = Cursor::new(descriptor.text(&sums)?);
        }
        self.text.read(buffer)
    }
}
