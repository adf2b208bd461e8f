//! Layered configuration: flags over `LIFEBOAT_…` environment over a TOML file. Unknown keys are errors.
//!
//! `LIFEBOAT_SERVICE__LISTEN=…` sets `listen` in section `service`: two underscores go one level down.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use config::{Config, Environment, File, FileFormat};
use serde::de::DeserializeOwned;

/// Why a configuration was not accepted.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The named file is not there or cannot be read.
    #[error("cannot read the configuration file {path}: {source}")]
    Unreadable {
        /// The file that was asked for.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// A key is unknown, missing, or has a value of the wrong kind.
    #[error("configuration refused: {0}")]
    Refused(#[from] config::ConfigError),
}

/// Reads `T` from `file` (if any), then the process's `LIFEBOAT_…` environment, then `flags` (dotted key, value).
///
/// # Errors
/// When the file cannot be read, or any layer holds an unknown key or a value that does not fit.
pub fn load<T: DeserializeOwned>(
    file: Option<&Path>,
    flags: &[(String, String)],
) -> Result<T, ConfigError> {
    load_from(file, std::env::vars().collect(), flags)
}

fn load_from<T: DeserializeOwned>(
    file: Option<&Path>,
    environment: HashMap<String, String>,
    flags: &[(String, String)],
) -> Result<T, ConfigError> {
    let mut layers = Config::builder();
    if let Some(path) = file {
        let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
            path: path.to_owned(),
            source,
        })?;
        layers = layers.add_source(File::from_str(&text, FileFormat::Toml));
    }
    let variables = Environment::with_prefix("LIFEBOAT")
        .prefix_separator("_")
        .separator("__")
        .source(Some(environment));
    layers = layers.add_source(variables);
    for (key, value) in flags {
        layers = layers.set_override(key.as_str(), value.as_str())?;
    }
    Ok(layers.build()?.try_deserialize()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;
    use std::io::Write;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Outer {
        service: Inner,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        listen: std::net::SocketAddr,
        #[serde(default)]
        workers: usize,
    }

    fn file(text: &str) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file
    }

    fn environment(pairs: &[(&str, &str)]) -> HashMap<String, String> {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    #[test]
    fn flags_win_over_the_environment_and_the_environment_over_the_file() {
        let file = file("[service]\nlisten = \"127.0.0.1:1\"\nworkers = 1\n");
        let environment = environment(&[
            ("LIFEBOAT_SERVICE__WORKERS", "2"),
            ("LIFEBOAT_SERVICE__LISTEN", "127.0.0.1:2"),
        ]);
        let flags = [("service.listen".to_owned(), "127.0.0.1:3".to_owned())];
        let read: Outer = load_from(Some(file.path()), environment, &flags).unwrap();
        assert_eq!(read.service.listen.port(), 3);
        assert_eq!(read.service.workers, 2);
    }

    #[test]
    fn an_unknown_key_is_an_error_that_names_it() {
        let misspelt = file("[service]\nlisten = \"127.0.0.1:1\"\nworkres = 1\n");
        let said = load_from::<Outer>(Some(misspelt.path()), HashMap::new(), &[])
            .unwrap_err()
            .to_string();
        assert!(said.contains("workres"), "{said}");

        let good = file("[service]\nlisten = \"127.0.0.1:1\"\n");
        let said = load_from::<Outer>(
            Some(good.path()),
            environment(&[("LIFEBOAT_SERVICE__LISTNE", "x")]),
            &[],
        )
        .unwrap_err()
        .to_string();
        assert!(said.contains("listne"), "{said}");
    }

    #[test]
    fn a_missing_file_is_named() {
        let said = load_from::<Outer>(Some(Path::new("/nonexistent.toml")), HashMap::new(), &[])
            .unwrap_err()
            .to_string();
        assert!(said.contains("/nonexistent.toml"), "{said}");
    }
}
