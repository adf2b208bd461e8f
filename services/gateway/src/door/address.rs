//! Who is at the other end: the socket's address, or what a trusted proxy says.

use std::net::IpAddr;

use actix_web::http::header::HeaderMap;

use crate::settings::Network;

/// The client's address. Of `X-Forwarded-For` the rightmost address counts that is not itself a trusted proxy, since
/// each proxy appends what it saw; and the header counts only when the socket's peer is trusted.
pub(crate) fn client(
    socket: Option<IpAddr>,
    headers: &HeaderMap,
    trusted: &[Network],
) -> Option<IpAddr> {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(address));
    let socket = socket?.to_canonical();
    if !is_trusted(socket) {
        return Some(socket);
    }
    let mut seen = socket;
    let lists: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .filter_map(|value| value.to_str().ok())
        .collect();
    for address in lists.iter().rev().flat_map(|list| list.rsplit(',')) {
        // What cannot be read was not written by a trusted proxy: the last one that could be read stands.
        let Ok(address) = address.trim().parse::<IpAddr>() else {
            break;
        };
        seen = address.to_canonical();
        if !is_trusted(seen) {
            break;
        }
    }
    Some(seen)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn seen(socket: &str, forwarded: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for value in forwarded {
            headers.append(
                HeaderName::from_static("x-forwarded-for"),
                HeaderValue::from_str(value).unwrap(),
            );
        }
        let trusted: Vec<Network> = vec!["10.0.0.0/8".parse().unwrap()];
        client(Some(socket.parse().unwrap()), &headers, &trusted)
            .unwrap()
            .to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(seen("203.0.113.9", &["198.51.100.1"]), "203.0.113.9");
        assert_eq!(seen("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("::ffff:10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(seen("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn what_the_client_wrote_before_the_proxies_does_not_count() {
        assert_eq!(
            seen("10.0.0.1", &["192.0.2.66, 198.51.100.1, 10.0.0.2"]),
            "198.51.100.1"
        );
        assert_eq!(
            seen("10.0.0.1", &["192.0.2.66", "198.51.100.1"]),
            "198.51.100.1"
        );
        assert_eq!(seen("10.0.0.1", &["192.0.2.66, garbage"]), "10.0.0.1");
    }
}
