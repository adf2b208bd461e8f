//! Free ports of loopback.

use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Below the ports that the kernel takes for connections of its own accord.
const PORTS: Range<u16> = 10_000..32_768;

/// A port that nothing listens on right now, and that no connection takes meanwhile.
///
/// Where a server can listen on port 0 and say what it got, let it.
///
/// # Panics
/// When loopback has no free port.
#[must_use]
pub fn free() -> u16 {
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut tried = std::iter::repeat_with(|| fastrand::u16(PORTS)).take(1_000);
    tried
        .find(is_free)
        .unwrap_or_else(|| panic!("loopback has no free port"))
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
