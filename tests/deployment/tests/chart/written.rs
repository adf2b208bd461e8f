//! What is checked in is what the chart says.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use deployment::tools::Values;
use deployment::written::{self, FOLDERS};
use deployment::{Identity, Object, PROFILES, root};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::rendered::{containers, find, tools};

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
fn an_overlay_of_one_s_own_changes_the_address_in_one_place() {
    let sample = root().join("docs/samples/overlay");
    let own = by_identity(tools().kustomize(&sample).unwrap());
    let given = by_identity(
        tools()
            .kustomize(&root().join("k8s/overlays/emergency"))
            .unwrap(),
    );
    assert_eq!(
        own.keys().collect::<Vec<_>>(),
        given.keys().collect::<Vec<_>>()
    );
    let before = "https://lifeboat.example";
    let after = "https://registry.gov.example";
    let named = |objects: &BTreeMap<Identity, Value>, address: &str| {
        let all = objects.iter();
        let named = all.filter(|(_, object)| object.to_string().contains(address));
        named
            .map(|(identity, _)| identity.to_string())
            .collect::<Vec<_>>()
    };
    assert_eq!(named(&given, before), ["ConfigMap lifeboat-address"]);
    assert!(named(&own, before).is_empty());
    assert_eq!(named(&own, after), ["ConfigMap lifeboat-address"]);
    for object in own.values() {
        let object = Object {
            text: String::new(),
            value: object.clone(),
        };
        for container in object.pod().into_iter().flat_map(containers) {
            let image = container["image"].as_str().unwrap();
            assert!(image.starts_with("registry.example/lifeboat/"), "{image}");
        }
    }
}

#[test]
fn a_checksum_is_that_of_the_configuration_as_it_is_written() {
    let mut seen = 0;
    for profile in ["drill", "emergency"] {
        let overlay = root().join("k8s/overlays").join(profile);
        let objects = tools().kustomize(&overlay).unwrap();
        for deployment in objects.iter().filter(|one| one.kind() == "Deployment") {
            let said = &deployment.pod().unwrap()["metadata"]["annotations"]["checksum/config"];
            let config = find(&objects, "ConfigMap", deployment.name()).unwrap();
            let config = config.value["data"]["service.toml"].as_str().unwrap();
            // The line ends with its text.
            let sum = Sha256::digest(config.strip_suffix('\n').unwrap());
            let sum = sum.iter().fold(String::new(), |mut text, byte| {
                write!(text, "{byte:02x}").unwrap();
                text
            });
            assert_eq!(*said, sum, "{profile}: {}", deployment.identity());
            seen += 1;
        }
    }
    assert!(seen > 16, "{seen}");
}

#[test]
fn one_blank_line_less_in_a_configuration_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let copied = Command::new("cp")
        .arg("-r")
        .arg(root().join("k8s"))
        .arg(folder.path())
        .status();
    assert!(copied.unwrap().success());
    let file = folder
        .path()
        .join("k8s/components/serving/configmap-lifeboat-gateway.yaml");
    let text = std::fs::read_to_string(&file).unwrap();
    let less = text.replacen("\n\n", "\n", 1);
    assert_ne!(less, text);
    std::fs::write(&file, less).unwrap();

    let overlay = folder.path().join("k8s/overlays/emergency");
    let manifests = by_identity(tools().kustomize(&overlay).unwrap());
    let chart = by_identity(tools().render(&Values::profile("emergency")).unwrap());
    let differ: Vec<String> = chart
        .iter()
        .filter(|(identity, object)| manifests[identity] != **object)
        .map(|(identity, _)| identity.to_string())
        .collect();
    assert_eq!(differ, ["ConfigMap lifeboat-gateway"]);
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
