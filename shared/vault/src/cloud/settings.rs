//! What `vault.toml` says of a cloud.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use url::Url;

/// One cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudSettings {
    /// What people call it; errors and summaries name it so.
    pub name: String,
    /// `file:///folder`, `s3://bucket/folder`, `az://container/folder` or `gs://bucket/folder`; the folder may be left out.
    pub url: Url,
    /// A TOML file with this cloud's credentials; without one they come from the provider's usual environment variables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<PathBuf>,
    /// Where the provider's interface is, if not at its usual address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoint: Option<Url>,
    /// The provider's region, where it wants one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Allows an endpoint without TLS that is not on this machine.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub allow_http: bool,
    /// How much of the line may be used.
    #[serde(default, skip_serializing_if = "Bandwidth::is_unlimited")]
    pub bandwidth: Bandwidth,
    /// For how many seconds without any progress a request is tried again. 45 unless said.
    #[serde(default = "patience", skip_serializing_if = "is_usual_patience")]
    pub patience_seconds: NonZeroU32,
}

impl CloudSettings {
    /// A cloud at this URL with nothing else said.
    #[must_use]
    pub fn new(name: impl Into<String>, url: Url) -> Self {
        Self {
            name: name.into(),
            url,
            credentials: None,
            endpoint: None,
            region: None,
            allow_http: false,
            bandwidth: Bandwidth::default(),
            patience_seconds: patience(),
        }
    }

    pub(super) fn patience(&self) -> Duration {
        Duration::from_secs(self.patience_seconds.get().into())
    }
}

/// The most that may flow, in bytes a second; none is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bandwidth {
    /// To the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub up: Option<NonZeroU32>,
    /// From the cloud.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub down: Option<NonZeroU32>,
}

impl Bandwidth {
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
    fn is_unlimited(&self) -> bool {
        *self == Self::default()
    }
}

fn patience() -> NonZeroU32 {
    const SECONDS: NonZeroU32 = match NonZeroU32::new(45) {
        Some(seconds) => seconds,
        None => NonZeroU32::MIN,
    };
    SECONDS
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_usual_patience(seconds: &NonZeroU32) -> bool {
    *seconds == patience()
}
