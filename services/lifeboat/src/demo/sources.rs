//! Where the demo's data comes from: packages of agencies, or invented ones. Either way copies inside its own folder.

use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use invented::World;
use snapshot::{AgencyKey, AgencySigner, System, Trust};

use super::folder::{self, Folder};
use super::package;
use crate::outcome::Failure;
use crate::registry;

/// A data package for a capability that this program knows.
pub(crate) struct Source {
    pub(crate) system: System,
    pub(crate) folder: PathBuf,
}

/// All packages found.
pub(crate) struct Sources {
    pub(crate) known: Vec<Source>,
    /// Systems that this program does not know yet; their packages are left where they are.
    pub(crate) unknown: Vec<String>,
    /// Whose signatures are believed.
    pub(crate) trust: Trust,
}

/// Copies the packages of agencies from `given`.
pub(crate) fn copy(given: &Path, into: &Folder) -> Result<Sources, Failure> {
    let entries = std::fs::read_dir(given)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", given.display())))?;
    let mut names = Vec::new();
    for entry in entries {
        let entry = entry?;
        if entry.path().join("datapackage.json").is_file() {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    let mut sources = Sources {
        known: Vec::new(),
        unknown: Vec::new(),
        trust: Trust::default(),
    };
    for capability in registry::CAPABILITIES {
        if names.iter().any(|name| name == capability.name) {
            let folder = into.join("packages").join(capability.name);
            folder::copy(&given.join(capability.name), &folder)?;
            sources.known.push(Source {
                system: capability.system(),
                folder,
            });
        }
    }
    sources.unknown = names
        .into_iter()
        .filter(|name| registry::find(name).is_none())
        .collect();
    if sources
        .known
        .iter()
        .any(|source| source.system.name == "household")
    {
        return Ok(sources);
    }
    Err(Failure::failed(format!(
        "{} holds no package of household, which people sign in by",
        given.display()
    ))
    .next("each system is a folder with a datapackage.json, named like the system"))
}

/// Invents a population and writes its packages, signed with a key that is enrolled for them.
pub(crate) fn invent(
    people: usize,
    seed: u64,
    into: &Folder,
    taken_at: DateTime<Utc>,
) -> Result<Sources, Failure> {
    let world = World::invent(people, seed)?;
    let signer = AgencySigner::generate()?;
    let trust = Trust::default()
        .requiring_signatures()
        .with_key(None, AgencyKey::from_pem(&signer.public_pem()?)?);
    let mut known = Vec::new();
    for capability in registry::CAPABILITIES {
        let folder = into.join("packages").join(capability.name);
        let system = package::write(capability, &world, &folder, taken_at, &signer)?;
        known.push(Source { system, folder });
    }
    Ok(Sources {
        known,
        unknown: Vec::new(),
        trust,
    })
}
