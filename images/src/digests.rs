//! The digests as values of the chart, so that a release runs exactly what was built.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Failure;

/// Where images are pushed to, and under which tag.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The registry; empty where there is none.
    pub registry: String,
    /// The folder of all images in it.
    pub repository: String,
    /// The tag.
    pub tag: String,
}

#[derive(Serialize)]
struct Values<'a> {
    image: Image<'a>,
}

#[derive(Serialize)]
struct Image<'a> {
    #[serde(flatten)]
    place: &'a Place,
    digests: &'a BTreeMap<String, String>,
}

impl Place {
    /// The full name of a program's image. Without a registry it is Docker's, as Kubernetes reads a name without one.
    #[must_use]
    pub fn name(&self, program: &str) -> String {
        let registry = if self.registry.is_empty() {
            "docker.io"
        } else {
            &self.registry
        };
        format!("{registry}/{}/{program}:{}", self.repository, self.tag)
    }
}

/// A values file for Helm that pins these images, by program.
///
/// # Errors
/// Where it cannot be written as YAML.
pub fn values(place: &Place, digests: &BTreeMap<String, String>) -> Result<String, Failure> {
    let image = Image { place, digests };
    Ok(serde_norway::to_string(&Values { image })?)
}
