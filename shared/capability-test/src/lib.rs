//! A capability at work in its own tests: rows that a test names, loaded as a data package and served behind the gate,
//! and callers with tokens minted like the gateway's.
//!
//! A failed preparation ends the test with its words.
#![expect(
    clippy::missing_panics_doc,
    clippy::unwrap_used,
    reason = "only tests use this, and a preparation that fails is theirs to report"
)]

mod callers;
mod register;
mod site;

pub use callers::{citizen, clinician, officer, program, strong_citizen};
pub use register::{load, rows};
pub use site::Site;
#[doc(hidden)]
pub use tokio;

#[doc(hidden)]
pub use {tempfile, test_support};

/// Runs a promise on both databases: `on_both!(what_is_promised, site of loaded => { … });` where `loaded` is an async
/// function from a database's URL to a [`Site`].
#[macro_export]
macro_rules! on_both {
    ($name:ident, $site:ident of $loaded:path => $body:block) => {
        mod $name {
            use super::*;

            async fn promise($site: $crate::Site) $body

            #[$crate::tokio::test(crate = "capability_test::tokio", flavor = "multi_thread", worker_threads = 2)]
            async fn sqlite() {
                let folder = $crate::tempfile::tempdir().unwrap();
                promise($loaded(&format!("sqlite://{}", folder.path().display())).await).await;
            }

            #[$crate::tokio::test(crate = "capability_test::tokio", flavor = "multi_thread", worker_threads = 2)]
            async fn postgres() {
                let database = $crate::test_support::postgres::database().await;
                promise($loaded(&database.url).await).await;
            }
        }
    };
}
