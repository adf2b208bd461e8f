//! Free ports of loopback.

use std::net::{TcpListener, TcpStream};
use std::time::{Duration, Instant};

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

/// Waits until something listens on this port of loopback, at most 20 seconds.
///
/// # Errors
/// When nothing does.
pub fn wait_open(port: u16) -> Result<(), String> {
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        if Instant::now() >= deadline {
            return Err(format!("nothing listens on port {port}"));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    Ok(())
}
