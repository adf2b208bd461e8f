//! Which headers pass, in and out. What a client says of itself never reaches a service.

use actix_web::http::header::{self as outer, HeaderMap as OuterHeaders};
use hyper::header::{self as inner, HeaderMap as InnerHeaders, HeaderName, HeaderValue};

/// The request headers that are forwarded. Everything else is dropped: identity, forwarding and hop-by-hop headers
/// among it.
const FORWARDED: [outer::HeaderName; 6] = [
    outer::ACCEPT,
    outer::ACCEPT_LANGUAGE,
    outer::CONTENT_TYPE,
    outer::IF_NONE_MATCH,
    outer::IF_MODIFIED_SINCE,
    outer::HeaderName::from_static("idempotency-key"),
];

/// Copies what may be forwarded.
pub(crate) fn forwarded(from: &OuterHeaders) -> InnerHeaders {
    let mut to = InnerHeaders::with_capacity(12);
    for name in FORWARDED {
        copy(from, &name, &mut to);
    }
    to
}

/// Copies one header, all its values; they were checked when they were parsed.
pub(crate) fn copy(from: &OuterHeaders, name: &outer::HeaderName, to: &mut InnerHeaders) {
    for value in from.get_all(name) {
        if let (Ok(name), Ok(value)) = (
            HeaderName::from_bytes(name.as_str().as_bytes()),
            HeaderValue::from_bytes(value.as_bytes()),
        ) {
            to.append(name, value);
        }
    }
}

/// The persons an answer is about, named by the service for the log.
pub(crate) const SUBJECTS: HeaderName = HeaderName::from_static("lifeboat-subjects");

/// Answer headers that end here: hop-by-hop ones (RFC 9110 §7.6.1), those that the gateway writes itself, and those
/// meant for the gateway.
fn ends_here(name: &HeaderName, connection: &[String]) -> bool {
    matches!(
        *name,
        inner::CONNECTION
            | inner::PROXY_AUTHENTICATE
            | inner::TE
            | inner::TRAILER
            | inner::TRANSFER_ENCODING
            | inner::UPGRADE
            | inner::CONTENT_LENGTH
            | inner::DATE
            | inner::SERVER
            | inner::SET_COOKIE
            | inner::VIA
    ) || matches!(
        name.as_str(),
        "keep-alive" | "lifeboat-subjects" | "traceresponse" | "x-request-id" | "x-powered-by"
    ) || name.as_str().starts_with("lifeboat-internal-")
        || connection.iter().any(|named| named == name.as_str())
}

/// The answer headers that go out.
pub(crate) fn answered(
    from: &InnerHeaders,
) -> impl Iterator<Item = (outer::HeaderName, outer::HeaderValue)> + '_ {
    let connection: Vec<String> = from
        .get_all(inner::CONNECTION)
        .into_iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|list| list.split(',').map(|item| item.trim().to_ascii_lowercase()))
        .collect();
    from.iter()
        .filter(move |(name, _)| !ends_here(name, &connection))
        .filter_map(|(name, value)| {
            let name = outer::HeaderName::from_bytes(name.as_str().as_bytes()).ok()?;
            Some((name, outer::HeaderValue::from_bytes(value.as_bytes()).ok()?))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_lose_what_was_meant_for_the_gateway_or_the_hop() {
        let mut from = InnerHeaders::new();
        for (name, value) in [
            ("content-type", "application/json"),
            ("etag", "\"1\""),
            ("cache-control", "private, no-store"),
            ("lifeboat-subjects", "A123456789"),
            ("lifeboat-internal-node", "7"),
            ("connection", "close, X-Hop"),
            ("x-hop", "1"),
            ("keep-alive", "timeout=5"),
            ("transfer-encoding", "chunked"),
            ("server", "x"),
            ("set-cookie", "a=b"),
        ] {
            from.append(
                HeaderName::from_static(name),
                HeaderValue::from_static(value),
            );
        }
        let names: Vec<String> = answered(&from).map(|(name, _)| name.to_string()).collect();
        assert_eq!(names, ["content-type", "etag", "cache-control"]);
    }
}
