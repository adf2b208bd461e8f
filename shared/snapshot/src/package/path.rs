//! Which files a package may name: ordinary ones inside its own folder, and nothing packed.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Component, Path, PathBuf};

use crate::fault::Fault;
use crate::package::node::Node;

/// One file of a resource.
#[derive(Debug, Clone)]
pub struct Part {
    /// As the package writes it.
    pub path: String,
    /// Where it is.
    pub(crate) file: PathBuf,
    /// Size in bytes when the package was opened.
    pub size: u64,
}

/// Ends of names that mean a packed file.
const PACKED_NAMES: [&str; 11] = [
    "zip", "gz", "gzip", "tgz", "bz2", "xz", "zst", "lz4", "7z", "rar", "br",
];

/// First bytes that mean a packed file: zip, gzip, bzip2, xz, zstd, lz4, 7z, rar.
const PACKED_STARTS: [&[u8]; 10] = [
    b"PK\x03\x04",
    b"PK\x05\x06",
    b"PK\x07\x08",
    b"\x1f\x8b",
    b"BZh",
    b"\xfd7zXZ\x00",
    b"\x28\xb5\x2f\xfd",
    b"\x04\x22\x4d\x18",
    b"7z\xbc\xaf\x27\x1c",
    b"Rar!\x1a\x07",
];

/// Finds the file that `node` names below `root` (which is canonical), without believing anything it holds.
pub(crate) fn part(root: &Path, node: &Node<'_>) -> Result<Part, Fault> {
    let path = node.text()?;
    let inside = "a path inside of the package's folder, with / between its steps and no .. in it";
    let plain = !path.is_empty() && !path.contains(['\\', '\0', ':', '%']);
    let steps = Path::new(path)
        .components()
        .all(|step| matches!(step, Component::Normal(_)));
    if !plain
        || !steps
        || path
            .split('/')
            .any(|step| step.is_empty() || step == "." || step == "..")
    {
        return Err(node.fault("path", inside));
    }
    let name = path.to_ascii_lowercase();
    if PACKED_NAMES.iter().any(|end| {
        name.strip_suffix(end)
            .is_some_and(|rest| rest.ends_with('.'))
    }) {
        return Err(node.fault(
            "compressed",
            "a plain CSV file: packed parts are never opened",
        ));
    }
    let file = root.join(path);
    let file = fs::canonicalize(&file).map_err(|error| {
        node.fault(
            "part-missing",
            format!("a file that can be read ({})", error.kind()),
        )
    })?;
    if !file.starts_with(root) {
        return Err(node.fault(
            "path",
            "a file inside of the package's folder: a link leads out of it",
        ));
    }
    // Asked before opening: opening a pipe or a device can wait for ever.
    let about =
        fs::metadata(&file).map_err(|error| node.fault("part-missing", error.to_string()))?;
    if !about.is_file() {
        return Err(node.fault("path", "an ordinary file"));
    }
    if packed(&file).map_err(|error| node.fault("part-missing", error.to_string()))? {
        return Err(node.fault(
            "compressed",
            "a plain CSV file: its content is a packed file, which is never opened",
        ));
    }
    Ok(Part {
        path: path.to_owned(),
        file,
        size: about.len(),
    })
}

fn packed(file: &Path) -> std::io::Result<bool> {
    let mut start = Vec::with_capacity(8);
    File::open(file)?.take(8).read_to_end(&mut start)?;
    Ok(PACKED_STARTS.iter().any(|magic| start.starts_with(magic)))
}
