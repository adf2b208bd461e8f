//! One resource of a package: the files of one table.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fault::{Fault, Faults};
use crate::package::dialect::{self, CsvDialect};
use crate::package::node::Node;
use crate::package::path::{self, Part};
use crate::package::schema::{self, Schema};

/// A table of a package.
#[derive(Debug, Clone)]
pub struct Resource {
    /// Name of the table.
    pub name: String,
    /// Its files, in the order of the key.
    pub parts: Vec<Part>,
    /// SHA-256 over the bytes of the parts in order.
    pub sha256: [u8; 32],
    /// Sum of the sizes of its parts.
    pub bytes: u64,
    /// Number of rows, if the package says it.
    pub rows: Option<u64>,
    /// How its text is encoded.
    pub encoding: Encoding,
    /// How its cells are told apart.
    pub dialect: CsvDialect,
    /// Its columns.
    pub schema: Schema,
    /// Where the resource stands in `datapackage.json`.
    pub(crate) place: String,
}

/// How the text of a part is encoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8, with or without a byte order mark.
    Utf8,
    /// Big5 as the WHATWG Encoding Standard decodes it. Characters that it lacks are written as decimal character
    /// references.
    Big5,
    /// The same with the symbols of the Hong Kong Supplementary Character Set (HKSCS-2004).
    Big5Hkscs,
}

/// Reads one item of `resources`. `None` if it cannot be understood at all.
pub(crate) fn read(root: &Path, node: &Node<'_>, faults: &mut Faults) -> Option<Resource> {
    let found = faults.total;
    for check in [refuse_packed, refuse_other_forms] {
        if let Err(fault) = check(node) {
            faults.push(fault);
        }
    }
    let mut keep = |fault: Fault| faults.push(fault);
    let name = node
        .require("name")
        .and_then(|name| name.text())
        .map_err(&mut keep)
        .ok();
    let encoding = encoding(node).map_err(&mut keep).ok();
    let sha256 = node
        .require("hash")
        .and_then(|hash| sha256(&hash))
        .map_err(&mut keep)
        .ok();
    let bytes = node
        .require("bytes")
        .and_then(|bytes| bytes.count())
        .map_err(&mut keep)
        .ok();
    let rows = node
        .get("rows")
        .map(|rows| rows.count())
        .transpose()
        .map_err(&mut keep)
        .ok();
    let parts = parts(root, node, faults);
    let dialect = node
        .get("dialect")
        .map_or_else(CsvDialect::default, |node| dialect::read(&node, faults));
    let schema = match node.require("schema") {
        Ok(node) => schema::read(&node, faults),
        Err(fault) => {
            faults.push(fault);
            return None;
        }
    };
    let resource = Resource {
        name: name?.to_owned(),
        parts,
        sha256: sha256?,
        bytes: bytes?,
        rows: rows?,
        encoding: encoding?,
        dialect,
        schema,
        place: node.place(),
    };
    if faults.total == found {
        check_size(&resource, node, faults);
    }
    Some(resource)
}

fn refuse_packed(node: &Node<'_>) -> Result<(), Fault> {
    match node.get("compression") {
        Some(member) if !matches!(member.value(), Value::String(how) if how == "no") => Err(member
            .fault(
                "compressed",
                "no compression: packed parts are never opened",
            )),
        _ => Ok(()),
    }
}

/// Members that change what the parts are.
fn refuse_other_forms(node: &Node<'_>) -> Result<(), Fault> {
    let allowed: [(&str, &[&str]); 3] = [
        ("profile", &["tabular-data-resource", "data-resource"]),
        ("format", &["csv"]),
        ("mediatype", &["text/csv"]),
    ];
    for (name, values) in allowed {
        if let Some(member) = node.get(name)
            && !values.contains(&member.text()?)
        {
            return Err(member.fault("resource-form", values.join(" or ")));
        }
    }
    for name in ["data", "control", "extrapaths", "scheme"] {
        if let Some(member) = node.get(name) {
            return Err(member.fault(
                "resource-form",
                "no such member: rows come from CSV files only",
            ));
        }
    }
    Ok(())
}

fn encoding(node: &Node<'_>) -> Result<Encoding, Fault> {
    let Some(member) = node.get("encoding") else {
        return Ok(Encoding::Utf8);
    };
    match member.text()?.to_ascii_lowercase().as_str() {
        "utf-8" | "utf8" => Ok(Encoding::Utf8),
        "big5" => Ok(Encoding::Big5),
        "big5-hkscs" | "big5hkscs" => Ok(Encoding::Big5Hkscs),
        _ => Err(member.fault("encoding", "utf-8, big5 or big5-hkscs")),
    }
}

fn sha256(member: &Node<'_>) -> Result<[u8; 32], Fault> {
    let wrong = || member.fault("hash-form", "`sha256:` and 64 hexadecimal digits");
    let digits = member.text()?.strip_prefix("sha256:").ok_or_else(wrong)?;
    crate::digest::from_hex(digits).ok_or_else(wrong)
}

fn parts(root: &Path, node: &Node<'_>, faults: &mut Faults) -> Vec<Part> {
    let found = node
        .require("path")
        .and_then(|member| match member.value() {
            Value::String(_) => Ok(vec![member]),
            _ => member.items(),
        });
    let nodes = match found {
        Ok(nodes) => nodes,
        Err(fault) => {
            faults.push(fault);
            return Vec::new();
        }
    };
    if nodes.is_empty() {
        faults.push(node.fault("path", "at least one part"));
    }
    let mut seen: Vec<PathBuf> = Vec::new();
    let mut parts = Vec::new();
    for node in nodes {
        match path::part(root, &node) {
            Ok(part) if seen.contains(&part.file) => {
                faults.push(node.fault("path", "every part once"));
            }
            Ok(part) => {
                seen.push(part.file.clone());
                parts.push(part);
            }
            Err(fault) => faults.push(fault),
        }
    }
    parts
}

/// Told from a wrong hash, because it has another cause: a copy that broke off, or two exports mixed.
fn check_size(resource: &Resource, node: &Node<'_>, faults: &mut Faults) {
    let size: u64 = resource.parts.iter().map(|part| part.size).sum();
    let Some(member) = node.get("bytes").filter(|_| size != resource.bytes) else {
        return;
    };
    let files = match resource.parts.as_slice() {
        [part] => format!("the file {} has {size}", part.path),
        parts => format!("the {} parts have {size} together", parts.len()),
    };
    faults.push(if size < resource.bytes {
        member.fault(
            "bytes-short",
            format!("that many bytes, but {files}: a part is cut off or was not copied whole"),
        )
    } else {
        member.fault(
            "bytes-long",
            format!("that many bytes, but {files}: a part is longer than what was exported"),
        )
    });
}
