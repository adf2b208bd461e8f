//! What every Lifeboat process needs, whatever it does: configuration, telemetry, metrics, problem details, the
//! request's context, an HTTP listener that drains, an admin port, a clock that tests can own, and
//! the calendar by which deadlines are counted.
//!
//! Nothing here knows a capability, a token or a table.

pub mod admin;
pub mod backoff;
pub mod clock;
pub mod config;
pub mod http;
pub mod lifecycle;
pub mod listener;
pub mod metrics;
pub mod open_files;
pub mod opening;
pub mod operations;
pub mod problem;
pub mod process;
pub mod request_id;
pub mod server;
pub mod stream;
pub mod strict;
pub mod taipei;
pub mod telemetry;

/// Images are linked with musl, in whose own allocator threads wait for each other. Elsewhere the system's does well, and holds less when idle.
#[cfg(target_env = "musl")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;
