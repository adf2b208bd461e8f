//! An OCI archive (image specification 1.0): read in full, and every digest in it checked.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::Path;

use flate2::read::GzDecoder;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use sha2::{Digest as _, Sha256};
use tar::Archive;

use crate::Failure;
use crate::sbom::hexadecimal;

/// An image as others will get it.
#[derive(Debug)]
pub struct Image {
    /// What pins it: the digest of its manifest, `sha256:…`.
    pub digest: String,
    /// The names that the archive gives it.
    pub names: Vec<String>,
    /// Bytes that are transferred and stored, as they are compressed.
    pub stored: u64,
    /// Its configuration.
    pub(crate) config: Config,
    /// Every entry of its layers, by its path without a slash at either end.
    pub(crate) entries: BTreeMap<String, Entry>,
}

#[derive(Debug, Deserialize)]
struct Index {
    manifests: Vec<Named>,
}

#[derive(Debug, Deserialize)]
struct Named {
    digest: String,
    #[serde(default)]
    annotations: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Manifest {
    config: Blob,
    layers: Vec<Blob>,
}

#[derive(Debug, Deserialize)]
struct Blob {
    #[serde(rename = "mediaType")]
    media_type: String,
    digest: String,
    size: u64,
}

/// What the image says of how it is run.
#[derive(Debug, Deserialize)]
pub(crate) struct Config {
    pub(crate) architecture: String,
    pub(crate) os: String,
    pub(crate) created: String,
    pub(crate) config: Run,
}

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Run {
    pub(crate) user: String,
    pub(crate) entrypoint: Vec<String>,
    pub(crate) cmd: Vec<String>,
    pub(crate) labels: BTreeMap<String, String>,
}

/// A file or folder of an image.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) kind: tar::EntryType,
    pub(crate) mode: u32,
    pub(crate) owner: (u64, u64),
    pub(crate) modified: u64,
    pub(crate) bytes: Vec<u8>,
}

impl Image {
    /// Reads the archive, which holds one image.
    ///
    /// # Errors
    /// Where it is none, or a digest does not hold.
    pub fn read(archive: &Path) -> Result<Self, Failure> {
        let wrong =
            |fault: Failure| -> Failure { format!("{}: {fault}", archive.display()).into() };
        Self::parse(archive).map_err(wrong)
    }

    fn parse(archive: &Path) -> Result<Self, Failure> {
        let mut files = BTreeMap::new();
        for entry in Archive::new(File::open(archive)?).entries()? {
            let mut entry = entry?;
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes)?;
            files.insert(trimmed(&entry.path()?), bytes);
        }
        let index: Index = json(files.get("index.json").ok_or("there is no index.json")?)?;
        let digest = match &index.manifests[..] {
            [] => return Err("there is no image in it".into()),
            [first, others @ ..] if others.iter().all(|one| one.digest == first.digest) => {
                first.digest.clone()
            }
            _ => return Err("there are several images in it".into()),
        };
        let name = "org.opencontainers.image.ref.name";
        let names = index.manifests.iter();
        let names = names.filter_map(|one| one.annotations.get(name).cloned());
        let manifest = blob(&files, &digest)?;
        let parsed: Manifest = json(manifest)?;
        let mut entries = BTreeMap::new();
        for layer in &parsed.layers {
            if !layer.media_type.ends_with("+gzip") {
                return Err(format!("a layer is {}", layer.media_type).into());
            }
            unpack(blob(&files, &layer.digest)?, &mut entries)?;
        }
        let layers: u64 = parsed.layers.iter().map(|layer| layer.size).sum();
        Ok(Self {
            config: json(blob(&files, &parsed.config.digest)?)?,
            names: names.collect(),
            stored: layers + parsed.config.size + manifest.len() as u64,
            entries,
            digest,
        })
    }

    /// Bytes of all its files, as they lie on a node.
    #[must_use]
    pub fn unpacked(&self) -> u64 {
        self.entries
            .values()
            .map(|entry| entry.bytes.len() as u64)
            .sum()
    }

    /// A file of it, by its path without a slash before it.
    #[must_use]
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.entries.get(path).map(|entry| entry.bytes.as_slice())
    }
}

fn unpack(layer: &[u8], entries: &mut BTreeMap<String, Entry>) -> Result<(), Failure> {
    for entry in Archive::new(GzDecoder::new(layer)).entries()? {
        let mut entry = entry?;
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes)?;
        let header = entry.header();
        let read = Entry {
            kind: header.entry_type(),
            mode: header.mode()?,
            owner: (header.uid()?, header.gid()?),
            modified: header.mtime()?,
            bytes,
        };
        entries.insert(trimmed(&entry.path()?), read);
    }
    Ok(())
}

/// A path as it stands in an archive, without `./` before it or a slash at its end.
fn trimmed(path: &Path) -> String {
    let text = path.to_string_lossy();
    text.trim_start_matches("./")
        .trim_end_matches('/')
        .to_owned()
}

fn blob<'a>(files: &'a BTreeMap<String, Vec<u8>>, digest: &str) -> Result<&'a [u8], Failure> {
    let hash = digest
        .strip_prefix("sha256:")
        .ok_or_else(|| format!("{digest} is not SHA-256"))?;
    let bytes = files
        .get(&format!("blobs/sha256/{hash}"))
        .ok_or_else(|| format!("there is no {digest}"))?;
    if hexadecimal(&Sha256::digest(bytes)) == hash {
        Ok(bytes)
    } else {
        Err(format!("{digest} holds something else").into())
    }
}

fn json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Failure> {
    Ok(serde_json::from_slice(bytes)?)
}
