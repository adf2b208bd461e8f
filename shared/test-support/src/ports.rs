//! Free ports of loopback.

use std::collections::BTreeSet;
use std::net::{TcpListener, TcpStream};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Below the ports that the kernel takes for connections of its own accord.
const PORTS: Range<u16> = 10_000..32_768;

/// Those that were given in this process: whoever has one may not listen on it yet.
static GIVEN: Mutex<BTreeSet<u16>> = Mutex::new(BTreeSet::new());

/// A port that nothing listens on right now, and that no connection takes meanwhile. No port is given twice in a process.
///
/// Where a server can listen on port 0 and say what it got, let it.
///
/// # Panics
/// When loopback has no free port.
#[must_use]
pub fn free() -> u16 {
    let mut given = GIVEN.lock().unwrap_or_else(PoisonError::into_inner);
    let is_free = |port: &u16| TcpListener::bind(("127.0.0.1", *port)).is_ok();
    let mut tried = std::iter::repeat_with(|| fastrand::u16(PORTS)).take(1_000);
    let port = tried
        .find(|port| !given.contains(port) && is_free(port))
        .unwrap_or_else(|| panic!("loopback has no free port"));
    given.insert(port);
    port
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::free;

    #[test]
    fn no_port_is_given_twice() {
        // So many that two are the same by chance, where none is remembered.
        let ports: BTreeSet<u16> = std::iter::repeat_with(free).take(500).collect();
        assert_eq!(ports.len(), 500);
    }
}
