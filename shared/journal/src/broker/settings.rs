//! Where the broker is.

use std::path::PathBuf;
use std::sync::Arc;

use lapin::uri::{AMQPScheme, AMQPUri};
use rustls::ClientConfig;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use url::{Host, Url};

/// Seconds without a sign of life after which a connection counts as lost, unless the URL says otherwise.
const HEARTBEAT: u16 = 10;

/// How the broker is reached.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// `amqp://user:password@host:port/vhost`, or `amqps://…` by TLS; without port 5672 or 5671, without path the virtual
    /// host `/`.
    pub url: SecretString,
    /// PEM file with the authorities of its certificate; without it those that the machine knows.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// How many messages may be on their way unconfirmed.
    #[serde(default = "window")]
    pub window: u16,
}

fn window() -> u16 {
    256
}

impl Settings {
    /// The broker of this URL, the rest as it is by default.
    #[must_use]
    pub fn new(url: SecretString) -> Self {
        Self {
            url,
            ca_file: None,
            window: window(),
        }
    }

    /// # Errors
    /// When the URL does not say where the broker is, or asks for what is not done here.
    pub(crate) fn address(&self) -> Result<AMQPUri, SettingsError> {
        let text = self.url.expose_secret();
        let url = Url::parse(text).map_err(|_| SettingsError::Url)?;
        let mut address: AMQPUri = text.parse().map_err(|_| SettingsError::Url)?;
        // Read here, because the driver takes `localhost` for an IPv6 address, and a guest where nobody is named.
        address.authority.host = match url.host().ok_or(SettingsError::Url)? {
            Host::Domain("") => return Err(SettingsError::Url),
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(host) => host.to_string(),
            Host::Ipv6(host) => host.to_string(),
        };
        if url.username().is_empty() || url.password().is_none() {
            return Err(SettingsError::Nobody);
        }
        address.query.heartbeat.get_or_insert(HEARTBEAT);
        Ok(address)
    }

    /// What it is reached with by TLS; `None` where the URL says `amqp://`.
    ///
    /// # Errors
    /// When the authorities cannot be read, or are named and not needed.
    pub(crate) fn tls(&self) -> Result<Option<Arc<ClientConfig>>, SettingsError> {
        match self.address()?.scheme {
            AMQPScheme::AMQPS => tls::client(self.ca_file.as_deref())
                .map(|config| Some(Arc::new(config)))
                .map_err(|error| SettingsError::Tls(error.to_string())),
            AMQPScheme::AMQP if self.ca_file.is_some() => Err(SettingsError::Unneeded),
            AMQPScheme::AMQP => Ok(None),
        }
    }
}

/// Why settings of the broker, or a capability's name, are refused. The words never hold the URL, which holds a
/// password.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// Not a URL of a broker.
    #[error("a broker is given as amqp://user:password@host:port/vhost")]
    Url,
    /// No user or no password.
    #[error("the broker's URL names no user and password")]
    Nobody,
    /// TLS cannot be used, for this reason.
    #[error("{0}")]
    Tls(String),
    /// Authorities for a connection without TLS.
    #[error("ca_file is for a broker whose URL begins with amqps://")]
    Unneeded,
    /// A capability has another kind of name.
    #[error("a capability's name is 1 to 64 of the characters a-z, 0-9 and -")]
    Name,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(url: &str) -> Result<AMQPUri, SettingsError> {
        Settings::new(url.to_owned().into()).address()
    }

    #[test]
    fn a_broker_is_found_by_its_url() {
        let found = address("amqp://lifeboat:p%40ss@10.0.0.7/records").unwrap();
        assert_eq!(
            (&*found.authority.host, found.authority.port),
            ("10.0.0.7", 5672)
        );
        assert_eq!(found.authority.userinfo.password, "p@ss");
        assert_eq!(
            (&*found.vhost, found.query.heartbeat),
            ("records", Some(10))
        );
        let found = address("amqp://a:b@[::1]:5673?heartbeat=3").unwrap();
        assert_eq!(
            (&*found.authority.host, found.authority.port),
            ("::1", 5673)
        );
        assert_eq!((&*found.vhost, found.query.heartbeat), ("/", Some(3)));
    }

    #[test]
    fn what_cannot_be_followed_is_refused_without_a_word_of_the_url() {
        for (url, words) in [
            ("http://a:secret@host", "amqp://user"),
            ("amqp:secret", "amqp://user"),
            ("amqp://a:secret@", "amqp://user"),
            ("amqp://host", "no user"),
        ] {
            let said = address(url).unwrap_err().to_string();
            assert!(said.contains(words) && !said.contains("secret"), "{said}");
        }
    }

    #[test]
    fn authorities_are_read_where_there_is_tls_and_refused_where_there_is_none() {
        let tls = |url: &str| {
            let mut settings = Settings::new(url.to_owned().into());
            settings.ca_file = Some(PathBuf::from("/nonexistent/ca.crt"));
            settings.tls().unwrap_err().to_string()
        };
        assert!(tls("amqps://a:b@host").contains("/nonexistent/ca.crt"));
        assert!(tls("amqp://a:b@host").contains("amqps://"));
        let plain = Settings::new("amqp://a:b@host".to_owned().into());
        assert!(plain.tls().unwrap().is_none());
        let secure = address("amqps://a:b@host").unwrap();
        assert_eq!(secure.authority.port, 5671);
    }
}
