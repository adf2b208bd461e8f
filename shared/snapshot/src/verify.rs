//! Proves that the bytes of a package are those that were exported, before a row of it is believed.

use std::fs::File;
use std::io::Read as _;

use crate::digest::Running;
use crate::fault::{Fault, Faults};
use crate::package::Package;
use crate::package::resource::Resource;
use crate::progress::{Phase, Progress};
use crate::read::PartHash;

/// Bytes read at a time.
const CHUNK: usize = 256 << 10;

/// The hashes of a table's parts, in order.
pub(crate) type TableHashes = Vec<PartHash>;

/// Hashes every part; one list of hashes per resource, in the package's order.
///
/// # Errors
/// A fault per resource whose hash is another, or that cannot be read.
pub(crate) fn verify(
    package: &Package,
    progress: &dyn Progress,
) -> Result<Vec<TableHashes>, Faults> {
    progress.begin(Phase::Verify, package.bytes());
    let mut faults = Faults::default();
    let mut all = Vec::new();
    for resource in &package.resources {
        match hash(resource, progress) {
            Ok(hashes) => all.push(hashes),
            Err(fault) => faults.push(fault),
        }
    }
    faults.unless_any(all)
}

fn hash(resource: &Resource, progress: &dyn Progress) -> Result<TableHashes, Fault> {
    let mut running = Running::new();
    let mut hashes = Vec::new();
    let mut chunk = vec![0; CHUNK];
    for part in &resource.parts {
        let unreadable = |error: std::io::Error| {
            Fault::of_file(
                part.path.as_str(),
                "unreadable",
                format!("a file that can be read ({error})"),
            )
        };
        let before = running.clone();
        let mut file = File::open(&part.file).map_err(unreadable)?;
        loop {
            match file.read(&mut chunk).map_err(unreadable)? {
                0 => break,
                read => {
                    running.update(&chunk[..read]);
                    progress.advance(read as u64);
                }
            }
        }
        hashes.push(PartHash {
            before,
            through: running.so_far(),
        });
    }
    if running.so_far() == resource.sha256 {
        return Ok(hashes);
    }
    let parts: Vec<_> = resource
        .parts
        .iter()
        .map(|part| part.path.as_str())
        .collect();
    let place = format!("{}/hash", resource.place);
    let shown = if parts.len() > 3 {
        format!("the {} parts", parts.len())
    } else {
        parts.join(", ")
    };
    let expected = format!(
        "the hash of {shown}, which is sha256:{}",
        crate::digest::hex(&running.so_far())
    );
    Err(Fault::of_file(place, "hash", expected)
        .quoting(&format!("sha256:{}", crate::digest::hex(&resource.sha256))))
}
