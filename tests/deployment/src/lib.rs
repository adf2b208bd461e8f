//! The chart (`helm/lifeboat`) and the manifests (`k8s/`): rendered with Helm and kubectl as people do, read as objects, and written out
//! for review by `cargo xtask kubernetes`. The promises that hold for them are the tests of this crate.

mod difference;
pub mod objects;
pub mod site;
pub mod tools;
pub mod written;

pub use objects::{Identity, Object};
pub use site::Site;
pub use tools::Tools;

/// Why something was not rendered, in the words of the program that did not.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The chart's profiles: `values-NAME.yaml`.
pub const PROFILES: [&str; 3] = ["asleep", "drill", "emergency"];

/// The name of the release and of its namespace, as the documents have them.
pub const RELEASE: &str = "lifeboat";

/// The repository's folder.
#[must_use]
pub fn root() -> std::path::PathBuf {
    let own = std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    own.ancestors()
        .nth(2)
        .map_or_else(Default::default, Into::into)
}
