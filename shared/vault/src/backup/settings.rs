//! `vault.toml`.

use std::fs;
use std::num::NonZeroU32;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::BackupError;
use crate::cloud::CloudSettings;
use crate::object::{CloudId, Hash32, RepositoryId};

/// What `lifeboat backup init` writes and people may edit. Unknown keys are errors.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The vault as a whole.
    pub vault: VaultSettings,
    /// Its clouds, in the order of their numbers; the order must never change.
    #[serde(rename = "cloud")]
    pub clouds: Vec<CloudEntry>,
}

/// The `[vault]` of `vault.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VaultSettings {
    /// The repository.
    pub repository: RepositoryId,
    /// The hash of its descriptor: no other repository is taken for it.
    pub fingerprint: Hash32,
    /// k: how many clouds are enough.
    pub need: u8,
    /// The folder with keys, journal and past catalogues, relative to this file.
    #[serde(default = "state")]
    pub state: PathBuf,
    /// After how many days a new generation begins, whose first backup is whole again.
    #[serde(default = "generation_days")]
    pub generation_days: NonZeroU32,
    /// For how many days a restore point counts as fresh.
    #[serde(default = "head_valid_days")]
    pub head_valid_days: NonZeroU32,
    /// The level of zstd (1–19): higher is smaller and slower.
    #[serde(default = "compression_level")]
    pub compression_level: i32,
    /// How many seconds the slowest clouds get once enough others have taken an object, before the run goes on without them.
    #[serde(default = "straggler_seconds")]
    pub straggler_seconds: NonZeroU32,
}

/// A `[[cloud]]` of `vault.toml`: the keys of [`CloudSettings`] and `id`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "toml::Table", into = "toml::Table")]
pub struct CloudEntry {
    /// The folder of this repository on the cloud.
    pub id: CloudId,
    /// How to reach the cloud.
    pub settings: CloudSettings,
}

impl TryFrom<toml::Table> for CloudEntry {
    type Error = String;

    fn try_from(mut table: toml::Table) -> Result<Self, String> {
        let id = match table.remove("id") {
            Some(toml::Value::String(id)) => id.parse().map_err(|wrong| format!("id: {wrong}"))?,
            Some(_) => return Err("id: not a text".to_owned()),
            None => return Err("id: missing".to_owned()),
        };
        let settings = table.try_into().map_err(|wrong| wrong.to_string())?;
        Ok(Self { id, settings })
    }
}

impl From<CloudEntry> for toml::Table {
    fn from(entry: CloudEntry) -> Self {
        let mut table = Self::new();
        table.insert("id".to_owned(), entry.id.to_string().into());
        // Settings are text, numbers and tables of them: always TOML.
        table.extend(Self::try_from(&entry.settings).unwrap_or_default());
        table
    }
}

/// Where the state is unless said.
pub(crate) fn state() -> PathBuf {
    PathBuf::from("state")
}

const fn days(days: u32) -> NonZeroU32 {
    match NonZeroU32::new(days) {
        Some(days) => days,
        None => NonZeroU32::MIN,
    }
}

pub(crate) fn generation_days() -> NonZeroU32 {
    days(28)
}

pub(crate) fn head_valid_days() -> NonZeroU32 {
    days(7)
}

pub(crate) fn straggler_seconds() -> NonZeroU32 {
    days(600)
}

pub(crate) fn compression_level() -> i32 {
    1
}

impl Settings {
    /// Reads `vault.toml`. Relative paths in it are taken from its own folder.
    ///
    /// # Errors
    /// When it cannot be read, has an unknown key, or says something impossible.
    pub fn load(path: &Path) -> Result<Self, BackupError> {
        let wrong = |what: String| BackupError::Settings {
            path: path.to_owned(),
            what,
        };
        let text = fs::read_to_string(path).map_err(|error| wrong(error.to_string()))?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| wrong(error.to_string()))?;
        settings.check().map_err(wrong)?;
        let folder = path.parent().unwrap_or(Path::new(""));
        settings.vault.state = folder.join(&settings.vault.state);
        for cloud in &mut settings.clouds {
            let credentials = cloud.settings.credentials.as_mut();
            if let Some(file) = credentials {
                *file = folder.join(&*file);
            }
        }
        Ok(settings)
    }

    /// The text of the file.
    ///
    /// # Errors
    /// When it cannot be written as TOML.
    pub fn to_text(&self) -> Result<String, String> {
        let text = toml::to_string_pretty(self).map_err(|error| error.to_string())?;
        Ok(format!("{HEADER}{text}"))
    }

    /// n: how many clouds there are.
    #[must_use]
    pub fn count(&self) -> u8 {
        self.clouds.len().try_into().unwrap_or(u8::MAX)
    }

    pub(crate) fn check(&self) -> Result<(), String> {
        let (k, n) = (usize::from(self.vault.need), self.clouds.len());
        if k < 2 || k >= n || n > 16 {
            return Err(format!(
                "need = {k} with {n} clouds is not possible: 2 ≤ need < clouds ≤ 16"
            ));
        }
        if !(1..=19).contains(&self.vault.compression_level) {
            return Err("compression_level is 1 to 19".to_owned());
        }
        for (at, cloud) in self.clouds.iter().enumerate() {
            let twin = self.clouds[..at].iter().find(|other| {
                other.id == cloud.id
                    || other.settings.name == cloud.settings.name
                    || other.settings.url == cloud.settings.url
            });
            if let Some(twin) = twin {
                let (one, other) = (&twin.settings.name, &cloud.settings.name);
                return Err(format!("clouds {one} and {other} are not two clouds"));
            }
        }
        Ok(())
    }
}

const HEADER: &str = "\
# A vault of Lifeboat. Keep a copy of this file with the custodians: it finds the clouds, and holds no secret.
# The order of the clouds must never change.

";

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::Settings;

    const TEXT: &str = r#"
[vault]
repository = "0190163d-8694-739b-aea5-966c26f8ad91"
fingerprint = "0101010101010101010101010101010101010101010101010101010101010101"
need = 2

[[cloud]]
id = "01010101010101010101010101010101"
name = "north"
url = "file:///clouds/1"

[[cloud]]
id = "02020202020202020202020202020202"
name = "south"
url = "s3://bucket/folder"
credentials = "south.toml"
bandwidth = { up = 1000000 }

[[cloud]]
id = "03030303030303030303030303030303"
name = "abroad"
url = "gs://bucket"
"#;

    fn load(text: &str) -> Result<Settings, String> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("vault.toml");
        std::fs::write(&path, text).unwrap();
        Settings::load(&path).map_err(|error| error.to_string())
    }

    #[test]
    fn defaults_and_relative_paths_are_filled_in() {
        let settings = load(TEXT).unwrap();
        assert_eq!(settings.vault.generation_days.get(), 28);
        assert!(settings.vault.state.is_absolute() && settings.vault.state.ends_with("state"));
        let south = &settings.clouds[1].settings;
        assert_ne!(south.credentials.as_deref(), Some(Path::new("south.toml")));
        assert_eq!(south.bandwidth.up.unwrap().get(), 1_000_000);
    }

    #[test]
    fn what_is_written_can_be_read() {
        let settings: Settings = toml::from_str(TEXT).unwrap();
        let again: Settings = toml::from_str(&settings.to_text().unwrap()).unwrap();
        assert_eq!(again, settings);
    }

    #[test]
    fn unknown_keys_and_impossible_numbers_are_errors() {
        for (from, to) in [
            ("need = 2", "need = 2\ngeneration_dais = 3"),
            ("need = 2", "need = 3"),
            ("need = 2", "need = 1"),
            ("need = 2", "need = 2\ncompression_level = 20"),
            ("name = \"north\"", "name = \"north\"\ncolour = \"blue\""),
            ("name = \"north\"", "name = \"south\""),
            ("[vault]", "[other]\n[vault]"),
            ("id = \"0202", "id = \"02 2"),
            ("id = \"02020202020202020202020202020202\"\n", ""),
        ] {
            assert!(TEXT.contains(from));
            assert!(load(&TEXT.replace(from, to)).is_err(), "{to}");
        }
    }
}
