//! Who may do what: callers, keys, tokens, proofs of possession, replay, limits and policies.
//!
//! Everything that decides whether a request is let in lives here, and nothing here knows HTTP. Each check refuses when
//! in doubt. No token, key or identifier is ever logged, and none shows in `Debug`.

pub mod assertion;
pub mod caller;
pub mod counters;
pub mod descriptor;
pub mod internal;
pub mod jws;
pub mod keys;
pub mod lifetime;
pub mod limit;
pub mod policy;
pub mod proof;
pub mod purpose;
pub mod replay;
mod secret;
pub mod store;
mod strict;
pub mod token;
