//! Disperses encrypted backups over several clouds and restores them with some of those clouds gone.
//!
//! Opening a backed-up byte needs k of n clouds **and** t of m custodians. The format is described in `docs/vault-format.md`.

pub mod backup;
pub mod cloud;
pub mod cut;
pub mod keep;
pub mod keys;
pub mod object;
pub mod pack;
pub mod restore;
pub mod source;
