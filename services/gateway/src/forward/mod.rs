//! Towards the services: the client, the breaker, and which headers pass.

pub(crate) mod breaker;
pub(crate) mod client;
pub(crate) mod headers;
mod measures;
pub(crate) mod send;
pub(crate) mod upstream;
