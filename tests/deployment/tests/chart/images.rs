//! The chart and the images that `cargo xtask images` builds: each asks of the other what it gives.

use std::collections::{BTreeMap, BTreeSet};

use ::images::digests::{Place, values};
use ::images::promises::USER;
use ::images::workspace::Workspace;
use deployment::root;
use deployment::tools::Values;
use serde_json::Value;

use crate::rendered::{all, containers, tools};

pub(crate) fn programs() -> BTreeSet<String> {
    let workspace = Workspace::read(&root()).unwrap();
    let names = workspace.programs().iter().map(|one| one.name.clone());
    names.collect()
}

fn image(container: &Value) -> &str {
    container["image"].as_str().unwrap()
}

#[test]
fn every_pod_runs_images_that_are_built_as_they_are_built() {
    let mut seen = BTreeSet::new();
    for (name, objects) in all() {
        for pod in objects.iter().filter_map(|object| object.pod()) {
            let security = &pod["spec"]["securityContext"];
            let user = format!("{}:{}", security["runAsUser"], security["runAsGroup"]);
            assert_eq!(user, USER, "{name}");
            for container in containers(pod) {
                assert!(
                    container["command"].is_null(),
                    "{name}: the image's entry point"
                );
                let image = image(container).rsplit('/').next().unwrap();
                let program = image.split(['@', ':']).next().unwrap();
                seen.insert(program.to_owned());
            }
        }
    }
    // A switch adds a capability that somebody else might write.
    let lacking: Vec<String> = programs().difference(&seen).cloned().collect();
    assert!(lacking.is_empty(), "{lacking:?}");
}

fn place() -> Place {
    Place {
        registry: "registry.example:5000".to_owned(),
        repository: "gov/lifeboat".to_owned(),
        tag: "0.1.0".to_owned(),
    }
}

/// A digest for each program.
fn digests() -> BTreeMap<String, String> {
    let digest = |number: usize| format!("sha256:{number:064x}");
    let names = programs().into_iter().enumerate();
    names.map(|(number, name)| (name, digest(number))).collect()
}

/// The values that are written once all images are built.
pub(crate) fn values_of_all() -> String {
    values(&place(), &digests()).unwrap()
}

#[test]
fn the_values_that_are_written_pin_every_container() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("digests.yaml");
    std::fs::write(&file, values_of_all()).unwrap();
    let pinned = Values::profile("emergency").and_file(&file);
    let objects = tools().render(&pinned.and("restore.enabled=true")).unwrap();
    let digests = digests();
    let mut seen = BTreeSet::new();
    for pod in objects.iter().filter_map(|object| object.pod()) {
        for container in containers(pod) {
            let (name, digest) = image(container).split_once('@').unwrap();
            let program = name.strip_prefix("registry.example:5000/gov/lifeboat/");
            assert_eq!(digests[program.unwrap()], digest);
            seen.insert(program.unwrap().to_owned());
        }
    }
    assert_eq!(seen, programs());
}
