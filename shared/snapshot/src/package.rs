//! A data package as it lies in its folder: what it says of itself, before a row is believed.

pub(crate) mod dialect;
pub(crate) mod node;
pub(crate) mod path;
pub(crate) mod resource;
pub(crate) mod schema;
mod strict;

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Datelike as _, Utc};

use crate::digest;
use crate::fault::{Fault, Faults, acts_on_terminals};
use crate::field::YEARS;
use node::{DESCRIPTOR, Node};
use resource::Resource;

/// `datapackage.json` is read whole, so it is bounded.
const LARGEST_DESCRIPTOR: u64 = 16 << 20;

/// Longest name of a system or an agency, in bytes.
const LONGEST_NAME: usize = 200;

/// Name of the detached signature.
pub(crate) const SIGNATURE: &str = "datapackage.sig";

/// Largest `datapackage.sig`: the base64 of 64 bytes and some white space.
const LARGEST_SIGNATURE: u64 = 1024;

/// Where a package comes from: the `lifeboat` member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    /// The system, e.g. `household`.
    pub system: String,
    /// The agency that made it.
    pub agency: String,
    /// When the agency's database looked like this.
    pub taken_at: DateTime<Utc>,
    /// Number of the export; the agency counts up.
    pub sequence: u64,
    /// Version of the tables.
    pub schema_version: u32,
}

/// An opened package. Its description has been understood and its files found; its rows have not been looked at.
#[derive(Debug, Clone)]
pub struct Package {
    /// Where it comes from.
    pub origin: Origin,
    /// Its tables.
    pub resources: Vec<Resource>,
    pub(crate) root: PathBuf,
    pub(crate) descriptor: Vec<u8>,
    pub(crate) signature: Option<Vec<u8>>,
}

impl Package {
    /// Opens the package in the folder `dir`.
    ///
    /// # Errors
    /// The [`Faults`] of its description and of the names and sizes of its files.
    pub fn open(dir: &Path) -> Result<Self, Faults> {
        let root = fs::canonicalize(dir).map_err(|error| {
            Fault::of_file(
                dir.display().to_string(),
                "package-missing",
                format!("a folder that can be read ({error})"),
            )
        })?;
        let descriptor = bounded(&root, DESCRIPTOR, LARGEST_DESCRIPTOR)?.ok_or_else(|| {
            Fault::of_file(
                DESCRIPTOR,
                "package-missing",
                format!("this file in {}", root.display()),
            )
        })?;
        let signature = bounded(&root, SIGNATURE, LARGEST_SIGNATURE)?;
        let value = strict::value(&descriptor)?;
        let (origin, resources) = read(&root, &Node::root(&value))?;
        Ok(Self {
            origin,
            resources,
            root,
            descriptor,
            signature,
        })
    }

    /// The folder it lies in.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.root
    }

    /// SHA-256 of `datapackage.json`. It holds the hashes of all parts, so it names the package's whole content.
    #[must_use]
    pub fn digest(&self) -> String {
        digest::hex(&digest::of(&self.descriptor))
    }

    /// Bytes of all parts.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.resources.iter().map(|resource| resource.bytes).sum()
    }
}

/// Reads a small file of the package's folder; `None` if there is none.
fn bounded(root: &Path, name: &'static str, largest: u64) -> Result<Option<Vec<u8>>, Fault> {
    let path = root.join(name);
    let about = match fs::symlink_metadata(&path) {
        Ok(about) => about,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => {
            return Err(Fault::of_file(
                name,
                "package-missing",
                format!("a file that can be read ({error})"),
            ));
        }
    };
    if !about.is_file() {
        return Err(Fault::of_file(
            name,
            "path",
            "an ordinary file, not a link, folder or pipe",
        ));
    }
    let mut bytes = Vec::new();
    let read = File::open(&path).and_then(|file| file.take(largest + 1).read_to_end(&mut bytes));
    read.map_err(|error| {
        Fault::of_file(
            name,
            "package-missing",
            format!("a file that can be read ({error})"),
        )
    })?;
    if bytes.len() as u64 > largest {
        return Err(Fault::of_file(
            name,
            "too-large",
            format!("at most {largest} bytes"),
        ));
    }
    Ok(Some(bytes))
}

fn read(root: &Path, node: &Node<'_>) -> Result<(Origin, Vec<Resource>), Faults> {
    let mut faults = Faults::default();
    if let Some(profile) = node.get("profile") {
        match profile.text() {
            Ok("tabular-data-package" | "data-package") => {}
            Ok(_) => faults.push(profile.fault("profile", "tabular-data-package")),
            Err(fault) => faults.push(fault),
        }
    }
    let origin = node
        .require("lifeboat")
        .and_then(|node| origin(&node))
        .map_err(|fault| faults.push(fault))
        .ok();
    let mut resources: Vec<Resource> = Vec::new();
    match node.require("resources").and_then(|list| list.items()) {
        Err(fault) => faults.push(fault),
        Ok(items) => {
            for item in items {
                let Some(resource) = resource::read(root, &item, &mut faults) else {
                    continue;
                };
                if resources.iter().any(|other| other.name == resource.name) {
                    faults.push(
                        Fault::of_file(
                            format!("{}/name", item.place()),
                            "resource",
                            "every resource once",
                        )
                        .quoting(&resource.name),
                    );
                }
                resources.push(resource);
            }
        }
    }
    match origin {
        Some(origin) => faults.unless_any((origin, resources)),
        None => Err(faults),
    }
}

fn origin(node: &Node<'_>) -> Result<Origin, Fault> {
    let name = |member: &str| {
        let node = node.require(member)?;
        let text = node.text()?;
        let fits = !text.is_empty() && text.len() <= LONGEST_NAME;
        if !fits || text.chars().any(acts_on_terminals) {
            return Err(node.fault(
                "origin",
                format!("1 to {LONGEST_NAME} bytes without control characters"),
            ));
        }
        Ok(text.to_owned())
    };
    let taken_at = node.require("taken_at")?;
    let instant = DateTime::parse_from_rfc3339(taken_at.text()?)
        .map(|instant| instant.to_utc())
        .ok()
        .filter(|instant| YEARS.contains(&instant.year()))
        .ok_or_else(|| {
            taken_at.fault(
                "origin",
                "an instant with its offset, as 2026-11-20T18:00:00Z",
            )
        })?;
    let version = node.require("schema_version")?;
    Ok(Origin {
        system: name("system")?,
        agency: name("agency")?,
        taken_at: instant,
        sequence: node.require("sequence")?.count()?,
        schema_version: u32::try_from(version.count()?)
            .map_err(|_| version.fault("origin", "a version number"))?,
    })
}
