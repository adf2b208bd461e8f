//! What is checked in is what the chart says.

use std::collections::BTreeMap;
use std::path::Path;

use deployment::tools::Values;
use deployment::written::{self, FOLDERS};
use deployment::{Identity, Object, PROFILES, root};
use serde_json::Value;

use crate::rendered::tools;

fn by_identity(objects: Vec<Object>) -> BTreeMap<Identity, Value> {
    let own = objects.into_iter().filter(|object| !object.is_hook());
    own.map(|object| (object.identity(), object.value))
        .collect()
}

#[test]
fn every_overlay_is_the_chart_s_rendering_of_its_profile() {
    for profile in PROFILES {
        let chart = by_identity(tools().render(&Values::profile(profile)).unwrap());
        let overlay = root().join("k8s/overlays").join(profile);
        let manifests = by_identity(tools().kustomize(&overlay).unwrap());
        let names =
            |objects: &BTreeMap<Identity, Value>| objects.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&manifests), names(&chart), "{profile}");
        for (identity, object) in &chart {
            assert_eq!(&manifests[identity], object, "{profile}: {identity}");
        }
    }
}

#[test]
fn what_is_written_out_for_review_is_what_the_chart_says_now() {
    let expected = written::all(&tools()).unwrap();
    for (path, content) in &expected {
        let own = std::fs::read_to_string(root().join(path)).unwrap_or_default();
        assert!(
            own == *content,
            "{path} is not as the chart has it: run `cargo xtask kubernetes`"
        );
    }
    let mut found = Vec::new();
    for folder in FOLDERS {
        files(&root().join(folder), &mut found);
    }
    for path in found {
        assert!(
            expected.contains_key(&path),
            "{path} is in the way: run `cargo xtask kubernetes`"
        );
    }
}

fn files(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else {
            let path = path.strip_prefix(root()).unwrap();
            found.push(path.to_str().unwrap().to_owned());
        }
    }
}
