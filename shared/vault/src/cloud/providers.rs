//! Settings and credentials to a provider's interface.

use std::sync::Arc;

use object_store::aws::{AmazonS3Builder, AmazonS3ConfigKey};
use object_store::azure::{AzureConfigKey, MicrosoftAzureBuilder, split_sas};
use object_store::client::HttpClient;
use object_store::gcp::{GoogleCloudStorageBuilder, GoogleConfigKey};
use object_store::path::Path;
use object_store::{BackoffConfig, ClientOptions, RetryConfig};
use runtime::clock::SharedClock;
use url::{Host, Url};

use super::CloudSettings;
use super::credentials::{AzureKey, Credentials, Google as GoogleKey};
use super::error::Identity;
use super::google::Google;
use super::limit::Limit;
use super::line::{Connector, Shared};
use super::remote::Remote;
use super::stores::{Store, Versions};
use super::wire::Wire;

/// Where Google is.
const GOOGLE: &str = "https://storage.googleapis.com";

/// What is the same for every provider.
struct Opening<'a> {
    settings: &'a CloudSettings,
    bucket: &'a str,
    credentials: Option<Credentials>,
    connector: Connector,
}

/// Opens the storage of a provider; the error is for people.
pub(super) fn open(
    settings: &CloudSettings,
    identity: Identity,
    clock: &SharedClock,
) -> Result<Remote, String> {
    let patience = settings.patience();
    let shared = Arc::new(Shared::new(
        Limit::new(settings.bandwidth.up),
        Limit::new(settings.bandwidth.down),
        Arc::clone(clock),
        patience / 3,
    ));
    let credentials = settings.credentials.as_deref().map(Credentials::read);
    let opening = Opening {
        settings,
        bucket: settings
            .url
            .host_str()
            .filter(|bucket| !bucket.is_empty())
            .ok_or("the URL names no bucket: s3://bucket/folder")?,
        credentials: credentials.transpose()?,
        connector: Connector(Arc::clone(&shared)),
    };
    let wire: Box<dyn Wire> = match settings.url.scheme() {
        "s3" => opening.s3()?,
        "az" => opening.azure()?,
        "gs" => opening.google()?,
        other => {
            return Err(format!(
                "a URL begins with file, s3, az or gs, not with {other}"
            ));
        }
    };
    let folder = Path::from_url_path(settings.url.path()).map_err(|error| error.to_string())?;
    Ok(Remote {
        identity,
        wire,
        folder,
        shared,
        patience,
    })
}

impl Opening<'_> {
    fn s3(self) -> Result<Box<dyn Wire>, String> {
        let mut builder = match self.credentials {
            None => AmazonS3Builder::from_env(),
            Some(credentials) => match credentials.s3()? {
                None => AmazonS3Builder::new().with_skip_signature(true),
                Some(key) => {
                    let mut builder = AmazonS3Builder::new()
                        .with_access_key_id(key.access_key_id)
                        .with_secret_access_key(key.secret_access_key);
                    if let Some(token) = key.session_token {
                        builder = builder.with_token(token);
                    }
                    builder
                }
            },
        };
        if let Some(endpoint) = &self.settings.endpoint {
            builder = builder.with_endpoint(trimmed(endpoint));
        }
        if let Some(region) = &self.settings.region {
            builder = builder.with_region(region);
        }
        let endpoint = builder.get_config_value(&AmazonS3ConfigKey::Endpoint);
        let allow_http = allow_http(self.settings, endpoint.as_deref())?;
        let store = builder
            .with_bucket_name(self.bucket)
            // Deleting many at once hides which one was refused.
            .with_disable_bulk_delete(true)
            .with_client_options(ClientOptions::new().with_allow_http(allow_http))
            .with_retry(never_again())
            .with_http_connector(self.connector.clone())
            .build()
            .map_err(|error| error.to_string())?;
        let line = self.connector.line(allow_http);
        let versions = Versions {
            signer: store.clone(),
            client: HttpClient::new(line.map_err(|error| error.to_string())?),
        };
        Ok(Box::new(Store {
            store,
            versions: Some(versions),
        }))
    }

    fn azure(self) -> Result<Box<dyn Wire>, String> {
        let mut builder = match self.credentials {
            None => MicrosoftAzureBuilder::from_env(),
            Some(credentials) => {
                let azure = credentials.azure()?;
                let builder = MicrosoftAzureBuilder::new().with_account(azure.account);
                match azure.key {
                    AzureKey::Access(key) => builder.with_access_key(key),
                    AzureKey::Sas(sas) => {
                        // Its words may quote the signature.
                        let pairs = split_sas(&sas)
                            .map_err(|_| "sas is not a shared access signature".to_owned())?;
                        builder.with_sas_authorization(pairs)
                    }
                    AzureKey::None => builder.with_skip_signature(true),
                }
            }
        };
        if let Some(endpoint) = &self.settings.endpoint {
            builder = builder.with_endpoint(trimmed(endpoint));
        }
        let endpoint = builder.get_config_value(&AzureConfigKey::Endpoint);
        let allow_http = allow_http(self.settings, endpoint.as_deref())?;
        let store = builder
            .with_container_name(self.bucket)
            .with_client_options(ClientOptions::new().with_allow_http(allow_http))
            .with_retry(never_again())
            .with_http_connector(self.connector)
            .build()
            .map_err(|error| error.to_string())?;
        Ok(Box::new(Store {
            store,
            versions: None,
        }))
    }

    fn google(self) -> Result<Box<dyn Wire>, String> {
        let mut is_anonymous = false;
        let builder = match self.credentials {
            None => GoogleCloudStorageBuilder::from_env(),
            Some(credentials) => {
                let builder = GoogleCloudStorageBuilder::new();
                match credentials.google()? {
                    GoogleKey::ServiceAccount(path) => {
                        builder.with_service_account_path(path.to_string_lossy())
                    }
                    GoogleKey::Token(token) => builder.with_bearer_token(token),
                    GoogleKey::None => {
                        is_anonymous = true;
                        builder.with_skip_signature(true)
                    }
                }
            }
        };
        let endpoint = match &self.settings.endpoint {
            Some(endpoint) => endpoint.to_string(),
            None => builder
                .get_config_value(&GoogleConfigKey::BaseUrl)
                .unwrap_or_else(|| GOOGLE.to_owned()),
        };
        let allow_http = allow_http(self.settings, Some(&endpoint))?;
        // Only its credentials are used.
        let store = builder
            .with_bucket_name(self.bucket)
            .with_client_options(ClientOptions::new())
            .with_retry(never_again())
            .with_http_connector(self.connector.clone())
            .build()
            .map_err(|error| error.to_string())?;
        let line = self.connector.line(allow_http);
        Ok(Box::new(Google {
            client: HttpClient::new(line.map_err(|error| error.to_string())?),
            credentials: (!is_anonymous).then(|| Arc::clone(store.credentials())),
            endpoint: endpoint.parse().map_err(|_| "the endpoint is not a URL")?,
            bucket: self.bucket.to_owned(),
        }))
    }
}

/// Without TLS only on this machine, or when it is said in so many words.
fn allow_http(settings: &CloudSettings, endpoint: Option<&str>) -> Result<bool, String> {
    let Some(endpoint) = endpoint else {
        return Ok(false);
    };
    let url: Url = endpoint.parse().map_err(|_| "the endpoint is not a URL")?;
    match url.scheme() {
        "https" => Ok(false),
        "http" if settings.allow_http || is_loopback(&url) => Ok(true),
        "http" => Err(format!(
            "{} is not encrypted: use https, or say allow_http = true",
            url.host_str().unwrap_or(endpoint)
        )),
        other => Err(format!("an endpoint begins with https, not with {other}")),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

/// Trying again is [`Remote`]'s.
fn never_again() -> RetryConfig {
    RetryConfig {
        backoff: BackoffConfig::default(),
        max_retries: 0,
        retry_timeout: std::time::Duration::ZERO,
    }
}

fn trimmed(endpoint: &Url) -> String {
    endpoint.as_str().trim_end_matches('/').to_owned()
}

#[cfg(test)]
mod tests {
    use super::allow_http;
    use crate::cloud::CloudSettings;

    #[test]
    fn a_line_without_tls_ends_on_this_machine_unless_said() {
        let mut settings = CloudSettings::new("n", "s3://bucket".parse().unwrap());
        let ask = |settings: &CloudSettings, url| allow_http(settings, Some(url));
        for own in [
            "http://127.0.0.1:9000",
            "http://localhost",
            "http://[::1]:1/x",
        ] {
            assert_eq!(ask(&settings, own), Ok(true));
        }
        for other in [
            "http://10.0.0.1",
            "http://localhost.example",
            "ftp://x",
            "x",
        ] {
            assert!(ask(&settings, other).is_err(), "{other}");
        }
        assert_eq!(ask(&settings, "https://example.org"), Ok(false));
        assert_eq!(allow_http(&settings, None), Ok(false));
        settings.allow_http = true;
        assert_eq!(ask(&settings, "http://10.0.0.1"), Ok(true));
    }
}
