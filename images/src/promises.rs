//! What holds for every image, read from the archive that others get: an image for which it does not hold is refused.

use std::collections::BTreeMap;

use crate::archive::{Entry, Image};
use crate::builder::entry_point;
use crate::commit::Commit;
use crate::context::Arguments;
use crate::{PROGRAM, ROOTS, SBOM, roots};

/// User and group, as the chart asks for them. There is no user database that could give them a name.
pub const USER: &str = "65532:65532";

/// An image is smaller, as a registry stores and hands it out: compressed.
pub const LIMIT: u64 = 25_000_000;

/// Labels by the argument of the recipe that they repeat.
const LABELS: [(&str, &str); 7] = [
    ("org.opencontainers.image.title", "TITLE"),
    ("org.opencontainers.image.description", "DESCRIPTION"),
    ("org.opencontainers.image.version", "VERSION"),
    ("org.opencontainers.image.revision", "REVISION"),
    ("org.opencontainers.image.created", "CREATED"),
    ("org.opencontainers.image.licenses", "LICENSES"),
    ("org.opencontainers.image.source", "SOURCE"),
];

/// What was wanted of an image.
#[derive(Debug)]
pub struct Wanted<'a> {
    /// Its labels.
    pub arguments: &'a Arguments,
    /// The list of what it is made of.
    pub sbom: &'a str,
    /// The commit that it was built from.
    pub commit: &'a Commit,
}

/// Everything that does not hold, in words; nothing where the image is as wanted.
#[must_use]
pub fn broken(image: &Image, wanted: &Wanted<'_>) -> Vec<String> {
    let mut faults = Vec::new();
    run(image, wanted, &mut faults);
    files(image, wanted, &mut faults);
    let size = image.stored;
    if size >= LIMIT {
        faults.push(format!(
            "it has {size} bytes as it is compressed: {LIMIT} are too many; the largest file is {}",
            largest(&image.entries)
        ));
    }
    faults
}

/// How it is run, and what it says of itself.
fn run(image: &Image, wanted: &Wanted<'_>, faults: &mut Vec<String>) {
    let config = &image.config;
    let mut is = |what: &str, found: &str, wanted: &str| {
        if found != wanted {
            faults.push(format!("its {what} is `{found}` and not `{wanted}`"));
        }
    };
    is("user", &config.config.user, USER);
    is(
        "entry point",
        &config.config.entrypoint.join(" "),
        &entry_point().join(" "),
    );
    is("command", &config.config.cmd.join(" "), "");
    is("system", &config.os, "linux");
    is("architecture", &config.architecture, "amd64");
    is("time", &config.created, &wanted.commit.created);
    for (label, argument) in LABELS {
        let value = wanted.arguments.iter().find(|(name, _)| *name == argument);
        let value = value.map_or("", |(_, value)| value);
        let found = config.config.labels.get(label).map_or("", String::as_str);
        is(label, found, value);
    }
}

/// Only these files, which nobody may change; and a program that needs nothing else to start.
fn files(image: &Image, wanted: &Wanted<'_>, faults: &mut Vec<String>) {
    let text = |path: &str| image.file(path).map(String::from_utf8_lossy);
    if text(SBOM).as_deref() != Some(wanted.sbom) {
        faults.push(format!("/{SBOM} is not the list that was made"));
    }
    if text(ROOTS).as_deref() != Some(&roots::pem()) {
        faults.push(format!("/{ROOTS} is not the roots that the lock file pins"));
    }
    match image.file(PROGRAM) {
        None => faults.push(format!("/{PROGRAM} is not there")),
        Some(bytes) => faults.extend(elf::fault(bytes).map(|why| format!("/{PROGRAM} {why}"))),
    }
    for (path, entry) in &image.entries {
        let is_known = match entry.kind {
            tar::EntryType::Regular => [PROGRAM, SBOM, ROOTS].contains(&path.as_str()),
            tar::EntryType::Directory => path.is_empty() || ROOTS.starts_with(&format!("{path}/")),
            _ => false,
        };
        if !is_known {
            faults.push(format!("/{path} has no business there"));
        }
        if entry.mode & 0o7022 != 0 || entry.owner != (0, 0) {
            let (user, group) = entry.owner;
            faults.push(format!(
                "/{path} is of {user}:{group} with mode {:o}: others than root may change it, or become root by it",
                entry.mode & 0o7777
            ));
        }
        if entry.modified != wanted.commit.seconds {
            faults.push(format!("/{path} is not of the commit's time"));
        }
    }
}

fn largest(entries: &BTreeMap<String, Entry>) -> String {
    entries
        .iter()
        .max_by_key(|(_, entry)| entry.bytes.len())
        .map_or_else(String::new, |(path, entry)| {
            format!("/{path} with {}", entry.bytes.len())
        })
}

/// Executable and Linkable Format, as far as it says whether a program stands alone.
mod elf {
    /// The program header that names a loader of shared libraries.
    const INTERPRETER: u32 = 3;
    const X86_64: u16 = 62;

    /// Why this is no static program for the image's machine; none where it is one.
    pub(super) fn fault(bytes: &[u8]) -> Option<String> {
        if !bytes.starts_with(b"\x7fELF\x02\x01") {
            return Some("is no program for 64 bits, little-endian".to_owned());
        }
        if number::<2>(bytes, 18) != Some(X86_64.into()) {
            return Some("is for another machine".to_owned());
        }
        let headers = (
            number::<8>(bytes, 32),
            number::<2>(bytes, 54),
            number::<2>(bytes, 56),
        );
        let (Some(start), Some(size), Some(count)) = headers else {
            return Some("is cut off".to_owned());
        };
        for header in 0..count {
            let kind = usize::try_from(start + header * size)
                .ok()
                .and_then(|at| number::<4>(bytes, at));
            match kind {
                None => return Some("is cut off".to_owned()),
                Some(kind) if kind == u64::from(INTERPRETER) => {
                    return Some("needs a loader of shared libraries: it is not static".to_owned());
                }
                Some(_) => {}
            }
        }
        None
    }

    fn number<const N: usize>(bytes: &[u8], at: usize) -> Option<u64> {
        let field = bytes.get(at..at.checked_add(N)?)?;
        let mut wide = [0; 8];
        wide[..N].copy_from_slice(field);
        Some(u64::from_le_bytes(wide))
    }
}
