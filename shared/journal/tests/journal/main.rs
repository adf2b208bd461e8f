//! What is filed is never lost, filed once, in order, handed back once, and brought back whole: on both databases.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod attachments;
mod exporting;
mod faults;
mod filing;
mod handing_on;
mod order;
mod place;
mod segments;
mod steps;
mod versions;
