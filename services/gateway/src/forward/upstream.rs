//! A service as the gateway calls it: where it listens and whether it is being called.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use hyper::Uri;
use hyper::http::uri::{Authority, Parts, PathAndQuery, Scheme};
use url::Url;

use super::breaker::Breaker;
use super::measures::Measures;
use crate::settings::Forwarding;

/// Where one service is reached.
#[derive(Debug)]
pub(crate) struct Upstream {
    pub(crate) name: Arc<str>,
    scheme: Scheme,
    authority: Authority,
    pub(crate) breaker: Breaker,
    pub(crate) measures: Measures,
}

/// All services by name.
pub(crate) type Upstreams = BTreeMap<String, Arc<Upstream>>;

/// A base URL that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error(
    "upstreams.{name}: {url} must be {scheme}://host:port, without a path: there is {there} `tls`"
)]
pub(crate) struct UpstreamError {
    name: String,
    url: String,
    scheme: String,
    there: &'static str,
}

impl Upstream {
    /// The address of `path_and_query` there.
    pub(crate) fn uri(
        &self,
        path_and_query: PathAndQuery,
    ) -> Result<Uri, hyper::http::uri::InvalidUriParts> {
        let mut parts = Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path_and_query);
        Uri::from_parts(parts)
    }
}

/// Reads the configured base URLs: all by TLS (`is_secure`), or none.
pub(crate) fn read(
    urls: &BTreeMap<String, Url>,
    is_secure: bool,
    settings: &Forwarding,
) -> Result<Upstreams, UpstreamError> {
    let (scheme, port, there) = if is_secure {
        (Scheme::HTTPS, 443, "a")
    } else {
        (Scheme::HTTP, 80, "no")
    };
    let pause = Duration::from_millis(settings.breaker_pause_ms);
    let read_one = |(name, url): (&String, &Url)| {
        let refused = || UpstreamError {
            name: name.clone(),
            url: url.to_string(),
            scheme: scheme.to_string(),
            there,
        };
        let host = url.host_str().ok_or_else(refused)?;
        let bare = url.scheme() == scheme.as_str()
            && url.path() == "/"
            && url.query().is_none()
            && url.username().is_empty();
        if !bare {
            return Err(refused());
        }
        let authority = format!("{host}:{}", url.port().unwrap_or(port))
            .parse()
            .map_err(|_| refused())?;
        let breaker = Breaker::new(name, settings.breaker_failures, pause);
        Ok((
            name.clone(),
            Arc::new(Upstream {
                name: name.as_str().into(),
                scheme: scheme.clone(),
                authority,
                breaker,
                measures: Measures::new(name),
            }),
        ))
    };
    urls.iter().map(read_one).collect()
}
