//! What a cloud promises, kept by every kind of it: a folder, and emulators of three providers.
//!
//! `cargo xtask test -- -p vault --test clouds` starts the emulators; without them these tests fail.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bad_days;
mod disks;
mod faulty;
mod gathering;
mod links;
mod place;
mod promises;
