//! The collector: where it is, and what it says to a batch.

use std::path::{Path, PathBuf};
use std::time::Duration;

use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceResponse;
use percent_encoding::percent_decode_str;
use prost::Message;
use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use reqwest::redirect::Policy;
use reqwest::{Certificate, StatusCode};
use secrecy::ExposeSecret;
use url::Url;

use crate::settings::Settings;

/// Where OTLP over HTTP takes spans, below a collector's own address.
const PATH: &str = "/v1/traces";

/// The longest that is waited because a collector says so.
const MOST_PATIENCE: Duration = Duration::from_secs(30);

/// Why traces cannot be switched on.
#[derive(Debug, thiserror::Error)]
pub enum TraceError {
    /// Not an address of a collector.
    #[error("telemetry.traces.endpoint: an http(s) address with a host")]
    Endpoint,
    /// The headers are not written as they must be; their values are not repeated.
    #[error("telemetry.traces.headers: write them as name=value,name=value, percent-encoded")]
    Headers,
    /// No time at all.
    #[error("telemetry.traces.timeout_ms: at least 1")]
    Timeout,
    /// The authorities' file cannot be read.
    #[error("telemetry.traces.ca_file: cannot read {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The authorities' file holds something else.
    #[error("telemetry.traces.ca_file: {path} is not a PEM file of certificates")]
    Authorities {
        /// The file.
        path: PathBuf,
    },
    /// No client can be made.
    #[error("telemetry.traces: no HTTP client: {0}")]
    Client(reqwest::Error),
    /// It was done before.
    #[error("traces are switched on already")]
    Twice,
}

/// How a batch fared.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It was taken, but for so many spans.
    Taken { refused: usize },
    /// It may be sent again, not before that.
    Later {
        why: String,
        after: Option<Duration>,
    },
    /// It is not taken, however often it is sent.
    Refused { why: String },
}

/// The way to the collector.
pub(crate) struct Collector {
    http: reqwest::Client,
    url: Url,
    headers: HeaderMap,
}

impl Collector {
    pub(crate) fn new(settings: &Settings) -> Result<Self, TraceError> {
        let mut url = settings.endpoint.clone();
        if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
            return Err(TraceError::Endpoint);
        }
        if url.path() == "/" {
            url.set_path(PATH);
        }
        if settings.timeout_ms == 0 {
            return Err(TraceError::Timeout);
        }
        let mut headers = match &settings.headers {
            Some(text) => headers(text.expose_secret()).ok_or(TraceError::Headers)?,
            None => HeaderMap::new(),
        };
        let protobuf = HeaderValue::from_static("application/x-protobuf");
        headers.insert(CONTENT_TYPE, protobuf);
        let mut client = reqwest::Client::builder()
            .timeout(Duration::from_millis(settings.timeout_ms))
            .redirect(Policy::none())
            .no_proxy();
        if let Some(path) = &settings.ca_file {
            client = client.tls_certs_only(authorities(path)?);
        }
        Ok(Self {
            http: client.build().map_err(TraceError::Client)?,
            url,
            headers,
        })
    }

    /// Sends a batch once.
    pub(crate) async fn send(&self, batch: Bytes) -> Outcome {
        let request = self
            .http
            .post(self.url.clone())
            .headers(self.headers.clone())
            .body(batch);
        let answer = match request.send().await {
            Ok(answer) => answer,
            Err(error) => return Outcome::later(&error.without_url(), None),
        };
        let status = answer.status();
        if status.is_success() {
            return match answer.bytes().await {
                Ok(body) => Outcome::Taken {
                    refused: refused(&body),
                },
                Err(error) => Outcome::later(&error.without_url(), None),
            };
        }
        // OTLP/HTTP: these, and no others, may be sent again.
        let again = [
            StatusCode::TOO_MANY_REQUESTS,
            StatusCode::BAD_GATEWAY,
            StatusCode::SERVICE_UNAVAILABLE,
            StatusCode::GATEWAY_TIMEOUT,
        ];
        if again.contains(&status) {
            let after = answer.headers().get(RETRY_AFTER).and_then(seconds);
            Outcome::later(&status, after)
        } else {
            Outcome::Refused {
                why: status.to_string(),
            }
        }
    }
}

impl Outcome {
    fn later(why: &impl ToString, after: Option<Duration>) -> Self {
        Self::Later {
            why: why.to_string(),
            after: after.map(|after| after.min(MOST_PATIENCE)),
        }
    }
}

/// How many spans of a batch that was taken were not: what a collector says that cannot be read says nothing.
fn refused(body: &[u8]) -> usize {
    ExportTraceServiceResponse::decode(body)
        .ok()
        .and_then(|answer| answer.partial_success)
        .map_or(0, |partial| {
            usize::try_from(partial.rejected_spans).unwrap_or(0)
        })
}

fn seconds(value: &HeaderValue) -> Option<Duration> {
    value.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

fn authorities(path: &Path) -> Result<Vec<Certificate>, TraceError> {
    let pem = std::fs::read(path).map_err(|source| TraceError::Unreadable {
        path: path.to_owned(),
        source,
    })?;
    Certificate::from_pem_bundle(&pem)
        .ok()
        .filter(|found| !found.is_empty())
        .ok_or_else(|| TraceError::Authorities {
            path: path.to_owned(),
        })
}

/// Reads `name=value,name=value`, as other programs read `OTEL_EXPORTER_OTLP_HEADERS`.
fn headers(text: &str) -> Option<HeaderMap> {
    let mut headers = HeaderMap::new();
    for pair in text.split(',').filter(|pair| !pair.trim().is_empty()) {
        let (name, value) = pair.split_once('=')?;
        let value = percent_decode_str(value.trim()).decode_utf8().ok()?;
        let mut value = HeaderValue::from_str(&value).ok()?;
        value.set_sensitive(true);
        headers.append(name.trim().parse::<HeaderName>().ok()?, value);
    }
    Some(headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(text: &str) -> Settings {
        toml::from_str(text).unwrap()
    }

    fn address(endpoint: &str) -> Result<String, String> {
        Collector::new(&settings(&format!("endpoint = '{endpoint}'")))
            .map(|collector| collector.url.to_string())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn a_collector_is_given_by_its_own_address_or_by_a_whole_one() {
        for (given, asked) in [
            ("http://collector:4318", "http://collector:4318/v1/traces"),
            ("http://collector:4318/", "http://collector:4318/v1/traces"),
            (
                "https://collector/otlp/v1/traces",
                "https://collector/otlp/v1/traces",
            ),
        ] {
            assert_eq!(address(given).unwrap(), asked);
        }
        for wrong in ["grpc://collector:4317", "data:text/plain,x"] {
            let said = address(wrong).unwrap_err();
            assert!(said.contains("telemetry.traces.endpoint"), "{said}");
        }
    }

    #[test]
    fn headers_are_read_as_elsewhere_and_never_repeated() {
        let read = headers("authorization=Basic%20Zm9v==, x-tenant = lifeboat ,").unwrap();
        assert_eq!(read["authorization"], "Basic Zm9v==");
        assert_eq!(read["x-tenant"], "lifeboat");
        assert!(read["authorization"].is_sensitive());
        for wrong in ["SECRET", "a b=SECRET", "a=SECRET%0a", "a=%ff"] {
            let text = format!("endpoint = 'http://collector:4318'\nheaders = '{wrong}'");
            let said = Collector::new(&settings(&text)).err().unwrap().to_string();
            assert!(said.contains("telemetry.traces.headers"), "{said}");
            assert!(!said.contains("SECRET"), "{said}");
        }
    }

    #[test]
    fn a_file_of_authorities_that_is_none_is_named() {
        let not_pem = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
        for (file, said) in [
            ("/nonexistent.pem", "cannot read /nonexistent.pem"),
            (not_pem, "not a PEM file of certificates"),
        ] {
            let text = format!("endpoint = 'https://collector'\nca_file = '{file}'");
            let told = Collector::new(&settings(&text)).err().unwrap().to_string();
            assert!(told.contains("telemetry.traces.ca_file"), "{told}");
            assert!(told.contains(said), "{told}");
        }
    }
}
