//! Reads of `datapackage.json` what helps to cut its tables, and the head.
//!
//! Leniently: whether a package is a good one is for the loader to say; here every byte of it is backed up, understood or not.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::cut::{Dialect, Encoding, TableShape};

/// What `datapackage.json` says.
#[derive(Debug, Default)]
pub(crate) struct Package {
    pub(crate) system: Option<String>,
    pub(crate) agency: Option<String>,
    pub(crate) taken_at: Option<DateTime<Utc>>,
    pub(crate) sequence: Option<u64>,
    /// Paths of tables' files, in order, and how to read them.
    pub(crate) files: Vec<(String, TableShape)>,
}

impl Package {
    /// `None`: it is no JSON object.
    pub(crate) fn read(json: &[u8]) -> Option<Self> {
        let json = json.strip_prefix(b"\xef\xbb\xbf").unwrap_or(json);
        let package: Value = serde_json::from_slice(json).ok()?;
        let package = package.as_object()?;
        let mut read = Self::default();
        if let Some(head) = package.get("lifeboat") {
            let text = |name: &str| head.get(name).and_then(Value::as_str).map(str::to_owned);
            read.system = text("system");
            read.agency = text("agency");
            read.taken_at = text("taken_at").and_then(|at| at.parse().ok());
            read.sequence = head.get("sequence").and_then(Value::as_u64);
        }
        let resources = package.get("resources").and_then(Value::as_array);
        for resource in resources.into_iter().flatten() {
            if let Some(shape) = shape(resource) {
                let paths = paths(resource).map(|path| (path, shape.clone()));
                read.files.extend(paths);
            }
        }
        Some(read)
    }

    /// The shapes by path, with the place of each in the order.
    pub(crate) fn shapes(&self) -> HashMap<&str, (usize, &TableShape)> {
        let mut shapes = HashMap::new();
        for (place, (path, shape)) in self.files.iter().enumerate() {
            shapes.entry(path.as_str()).or_insert((place, shape));
        }
        shapes
    }
}

fn paths(resource: &Value) -> impl Iterator<Item = String> {
    let named = match resource.get("path") {
        Some(Value::Array(parts)) => parts.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    };
    let texts: Vec<String> = named
        .into_iter()
        .filter_map(|path| path.as_str().map(str::to_owned))
        .collect();
    texts.into_iter()
}

/// `None`: it is no CSV table, or one whose rows this program cannot tell apart.
fn shape(resource: &Value) -> Option<TableShape> {
    let text = |name: &str| resource.get(name).and_then(Value::as_str);
    if !matches!(text("format").unwrap_or("csv"), "csv" | "tsv") {
        return None;
    }
    let encoding = match text("encoding").unwrap_or("utf-8").to_ascii_lowercase() {
        name if name == "big5" || name == "big5-hkscs" => Encoding::Big5,
        name if name == "utf-8" || name == "utf8" || name == "ascii" => Encoding::Utf8,
        _ => return None,
    };
    let dialect = resource.get("dialect");
    let sign = |name: &str, usual: u8| match dialect.and_then(|dialect| dialect.get(name)) {
        None => Some(usual),
        Some(given) => match given.as_str()?.as_bytes() {
            [sign] if sign.is_ascii() && !matches!(sign, b'\n' | b'\r') => Some(*sign),
            _ => None,
        },
    };
    let usual = if text("format") == Some("tsv") {
        b'\t'
    } else {
        b','
    };
    let dialect_read = Dialect {
        delimiter: sign("delimiter", usual)?,
        quote: sign("quoteChar", b'"')?,
        encoding,
    };
    let header = dialect.and_then(|dialect| dialect.get("header"));
    Some(TableShape {
        name: text("name")?.to_owned(),
        key_columns: key(resource.get("schema")).unwrap_or_default(),
        dialect: dialect_read,
        header: header.and_then(Value::as_bool).unwrap_or(true),
    })
    .filter(|_| dialect_read.delimiter != dialect_read.quote)
}

fn key(schema: Option<&Value>) -> Option<Vec<usize>> {
    let schema = schema?;
    let fields: Vec<Option<&str>> = schema
        .get("fields")?
        .as_array()?
        .iter()
        .map(|field| field.get("name").and_then(Value::as_str))
        .collect();
    let column = |name: &Value| {
        let name = name.as_str()?;
        fields.iter().position(|field| *field == Some(name))
    };
    match schema.get("primaryKey")? {
        Value::Array(names) => names.iter().map(column).collect(),
        name => column(name).map(|column| vec![column]),
    }
}
