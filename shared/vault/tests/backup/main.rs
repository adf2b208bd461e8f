//! Backups onto folders as clouds, on good days and bad ones; what is stored is restored and compared.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod crashes;
mod data;
mod days;
mod decoder;
mod degraded;
mod faulty;
mod history;
mod making;
mod secrecy;
mod world;
