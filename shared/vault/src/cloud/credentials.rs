//! A file with one cloud's credentials.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;

/// The most that such a file has.
const AT_MOST: u64 = 64 * 1024;

/// What a provider wants to know; each provider wants some of it.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    /// S3
    access_key_id: Option<SecretString>,
    /// S3
    secret_access_key: Option<SecretString>,
    /// S3, where credentials are for a time only
    session_token: Option<SecretString>,
    /// Azure
    account: Option<String>,
    /// Azure
    access_key: Option<SecretString>,
    /// Azure, in place of the access key: a shared access signature
    sas: Option<SecretString>,
    /// Google: a service account's key file
    service_account_path: Option<PathBuf>,
    /// Google, in place of the key file: an access token
    token: Option<SecretString>,
    /// Sends no credentials at all, as an emulator wants it
    #[serde(default)]
    pub(super) anonymous: bool,
}

/// Credentials of S3.
pub(super) struct S3 {
    pub(super) access_key_id: String,
    pub(super) secret_access_key: String,
    pub(super) session_token: Option<String>,
}

/// Credentials of Azure.
pub(super) struct Azure {
    pub(super) account: String,
    pub(super) key: AzureKey,
}

pub(super) enum AzureKey {
    Access(String),
    Sas(String),
    None,
}

/// Credentials of Google.
pub(super) enum Google {
    ServiceAccount(PathBuf),
    Token(String),
    None,
}

impl Credentials {
    /// Reads a file. The error never shows what the file contains.
    pub(super) fn read(file: &Path) -> Result<Self, String> {
        let shown = file.display();
        let metadata = std::fs::metadata(file).map_err(|error| format!("{shown}: {error}"))?;
        if metadata.len() > AT_MOST {
            return Err(format!("{shown} is too long for credentials"));
        }
        warn_if_others_may_read(file, &metadata);
        let text = std::fs::read_to_string(file).map_err(|error| format!("{shown}: {error}"))?;
        toml::from_str(&text).map_err(|error| {
            // Only the message: the rest quotes the file.
            format!("{shown}: {}", error.message())
        })
    }

    pub(super) fn s3(self) -> Result<Option<S3>, String> {
        self.only(&["access_key_id", "secret_access_key", "session_token"])?;
        if self.anonymous {
            return Ok(None);
        }
        match (self.access_key_id, self.secret_access_key) {
            (Some(id), Some(secret)) => Ok(Some(S3 {
                access_key_id: id.expose_secret().to_owned(),
                secret_access_key: secret.expose_secret().to_owned(),
                session_token: self.session_token.map(|t| t.expose_secret().to_owned()),
            })),
            _ => Err("S3 wants access_key_id and secret_access_key".to_owned()),
        }
    }

    pub(super) fn azure(self) -> Result<Azure, String> {
        self.only(&["account", "access_key", "sas"])?;
        let account = self.account.ok_or("Azure wants account")?;
        let key = match (self.access_key, self.sas, self.anonymous) {
            (Some(key), None, false) => AzureKey::Access(key.expose_secret().to_owned()),
            (None, Some(sas), false) => AzureKey::Sas(sas.expose_secret().to_owned()),
            (None, None, true) => AzureKey::None,
            _ => return Err("Azure wants either access_key or sas".to_owned()),
        };
        Ok(Azure { account, key })
    }

    pub(super) fn google(self) -> Result<Google, String> {
        self.only(&["service_account_path", "token"])?;
        match (self.service_account_path, self.token, self.anonymous) {
            (Some(path), None, false) => Ok(Google::ServiceAccount(path)),
            (None, Some(token), false) => Ok(Google::Token(token.expose_secret().to_owned())),
            (None, None, true) => Ok(Google::None),
            _ => Err("Google wants either service_account_path or token".to_owned()),
        }
    }

    /// Another provider's credentials are a mistake that had better be found now.
    fn only(&self, allowed: &[&str]) -> Result<(), String> {
        let given = [
            ("access_key_id", self.access_key_id.is_some()),
            ("secret_access_key", self.secret_access_key.is_some()),
            ("session_token", self.session_token.is_some()),
            ("account", self.account.is_some()),
            ("access_key", self.access_key.is_some()),
            ("sas", self.sas.is_some()),
            ("service_account_path", self.service_account_path.is_some()),
            ("token", self.token.is_some()),
        ];
        let foreign = given
            .iter()
            .find(|(name, is_given)| *is_given && !allowed.contains(name));
        match foreign {
            Some((name, _)) => Err(format!("{name} is another provider's")),
            None => Ok(()),
        }
    }
}

fn warn_if_others_may_read(file: &Path, metadata: &std::fs::Metadata) {
    use std::os::unix::fs::PermissionsExt;
    if metadata.permissions().mode() & 0o077 != 0 {
        tracing::warn!(
            file = %file.display(),
            "others on this machine may read these credentials: chmod 600"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::{AzureKey, Credentials};

    fn read(text: &str) -> Result<Credentials, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        Credentials::read(file.path())
    }

    #[test]
    fn a_wrong_file_is_explained_without_its_secrets() {
        let mistakes = [
            "secret_acces_key = \"hunter2\"",
            "access_key_id = \"hunter2",
            "access_key_id = \"hunter2\" x",
            "access_key = [\"hunter2\"]",
        ];
        for mistake in mistakes {
            let error = read(mistake).unwrap_err();
            assert!(!error.contains("hunter2"), "{error}");
        }
        let shown = format!("{:?}", read("token = \"hunter2\"").unwrap());
        assert!(!shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn credentials_of_another_provider_are_refused() {
        let azure = "account = \"a\"\naccess_key = \"hunter2\"";
        assert!(matches!(
            read(azure).unwrap().azure().unwrap().key,
            AzureKey::Access(_)
        ));
        let error = read(azure).unwrap().s3().err().unwrap();
        assert_eq!(error, "account is another provider's");
        assert!(
            read("token = \"t\"\nanonymous = true")
                .unwrap()
                .google()
                .is_err()
        );
        assert!(read("access_key_id = \"only\"").unwrap().s3().is_err());
    }
}
