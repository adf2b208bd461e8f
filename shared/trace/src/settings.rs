//! What the operator says of traces.

use std::path::PathBuf;

use secrecy::SecretString;
use serde::Deserialize;
use url::Url;
use uuid::Uuid;

/// Traces to a collector.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// Where the collector takes OTLP over HTTP: `http://collector:4318`, to which `/v1/traces` is added, or a whole address.
    pub endpoint: Url,
    /// How spans are written.
    #[serde(default)]
    pub protocol: Protocol,
    /// How many of all requests are traced, from 0 to 1. The gateway decides; services follow it.
    #[serde(default)]
    pub sample_ratio: SampleRatio,
    /// Headers that the collector wants to see, secret: `name=value,name=value`, values percent-encoded.
    #[serde(default)]
    pub headers: Option<SecretString>,
    /// PEM file with the authorities that vouch for an `https` collector; the machine's own where it is absent.
    #[serde(default)]
    pub ca_file: Option<PathBuf>,
    /// Milliseconds that the collector has to take a batch.
    #[serde(default = "Settings::default_timeout_ms")]
    pub timeout_ms: u64,
}

impl Settings {
    fn default_timeout_ms() -> u64 {
        10_000
    }
}

/// How spans are written and sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
pub enum Protocol {
    /// OTLP as Protocol Buffers in HTTP requests.
    #[default]
    #[serde(rename = "http/protobuf")]
    HttpProtobuf,
}

/// A part of all requests.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct SampleRatio(f64);

impl Default for SampleRatio {
    fn default() -> Self {
        Self(1.0)
    }
}

impl TryFrom<f64> for SampleRatio {
    type Error = String;

    fn try_from(ratio: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&ratio) {
            Ok(Self(ratio))
        } else {
            Err(format!("a sample ratio is from 0 to 1, not {ratio}"))
        }
    }
}

impl SampleRatio {
    /// How many values 32 bits have.
    const ALL: f64 = 4_294_967_296.0;

    /// Whether a request is among them. By the last 32 bits of its id alone: the others of a UUID of version 7 are time, a
    /// counter and fixed bits (RFC 9562 §5.7), by which ratios would come out wrong.
    pub(crate) fn takes(self, request: Uuid) -> bool {
        let [.., a, b, c, d] = request.into_bytes();
        f64::from(u32::from_be_bytes([a, b, c, d])) < self.0 * Self::ALL
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Settings, toml::de::Error> {
        toml::from_str(text)
    }

    #[test]
    fn an_endpoint_is_enough() {
        let settings = read("endpoint = 'http://collector:4318'").unwrap();
        assert_eq!(settings.protocol, Protocol::HttpProtobuf);
        assert_eq!(settings.sample_ratio, SampleRatio(1.0));
        assert_eq!(settings.timeout_ms, 10_000);
    }

    #[test]
    fn what_cannot_be_is_refused_by_name() {
        for (more, named) in [
            ("sample_ratio = 1.5", "from 0 to 1, not 1.5"),
            ("sample_ratio = -0.1", "from 0 to 1"),
            ("sample_ratio = nan", "from 0 to 1"),
            ("protocol = 'grpc'", "http/protobuf"),
            ("sampel_ratio = 1.0", "sampel_ratio"),
        ] {
            let text = format!("endpoint = 'http://collector:4318'\n{more}");
            let said = read(&text).unwrap_err().to_string();
            assert!(said.contains(named), "{said}");
        }
    }

    #[test]
    fn a_ratio_takes_that_part_of_requests() {
        let takes = |ratio: f64| {
            let ratio = SampleRatio::try_from(ratio).unwrap();
            (0..10_000).filter(|_| ratio.takes(Uuid::now_v7())).count()
        };
        assert_eq!(takes(0.0), 0);
        assert_eq!(takes(1.0), 10_000);
        // Ten standard deviations on either side.
        for (ratio, range) in [(0.01, 0..=200), (0.25, 2_067..=2_933), (0.5, 4_500..=5_500)] {
            let found = takes(ratio);
            assert!(range.contains(&found), "{ratio}: {found}");
        }
    }
}
