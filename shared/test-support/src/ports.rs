//! Free ports of loopback.

use std::net::TcpListener;

/// A port that nothing listens on right now.
///
/// Somebody else may take it before it is used: where a server can listen on port 0 and say what it got, let it.
///
/// # Panics
/// When loopback has no free port.
#[must_use]
pub fn free() -> u16 {
    TcpListener::bind(("127.0.0.1", 0))
        .and_then(|listener| listener.local_addr())
        .unwrap_or_else(|error| panic!("loopback has no free port: {error}"))
        .port()
}
