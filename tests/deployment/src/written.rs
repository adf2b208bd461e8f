//! What is written out for review: `k8s/`, for those without Helm, and what each switch of the chart changes.
//!
//! `k8s/base` is what all profiles have; `k8s/components/serving` what those have that serve; an overlay adds the rest, and patches where it
//! differs.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::PathBuf;

use crate::difference::operations;
use crate::objects::{Identity, Object};
use crate::tools::{Tools, Values};
use crate::{Failure, PROFILES, root};

/// Files by their path from the root.
pub type Files = BTreeMap<String, String>;

/// The folders in which nothing else lies.
pub const FOLDERS: [&str; 2] = ["k8s", "tests/deployment/golden"];

const REMARK: &str = "# Written by `cargo xtask kubernetes` from the chart.\n";

/// Everything, as it should be.
///
/// # Errors
/// When the chart is not rendered.
pub fn all(tools: &Tools) -> Result<Files, Failure> {
    let mut files = manifests(tools)?;
    files.extend(golden(tools)?);
    Ok(files)
}

/// The switches: what a file of `tests/deployment/switches` says, by its name.
///
/// # Errors
/// When the folder cannot be read.
pub fn switches() -> Result<BTreeMap<String, PathBuf>, Failure> {
    let mut switches = BTreeMap::new();
    for entry in std::fs::read_dir(root().join("tests/deployment/switches"))? {
        let path = entry?.path();
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        switches.insert(name.into_owned(), path.clone());
    }
    Ok(switches)
}

/// The chart without a switch, and what each switch adds to it, changes and takes away.
fn golden(tools: &Tools) -> Result<Files, Failure> {
    let path = |name: &str| format!("tests/deployment/golden/{name}.yaml");
    let plain = tools.render(&Values::default())?;
    let mut files = Files::from([(path("production"), stream(&plain))]);
    let before = by_identity(plain);
    for (name, values) in switches()? {
        let after = by_identity(tools.render(&Values::default().and_file(&values))?);
        let mut text = String::new();
        for gone in before
            .keys()
            .filter(|identity| !after.contains_key(*identity))
        {
            writeln!(text, "# gone: {gone}")?;
        }
        let changed = after.into_iter().filter(|(identity, object)| {
            before
                .get(identity)
                .is_none_or(|own| own.value != object.value)
        });
        let changed: Vec<Object> = changed.map(|(_, object)| object).collect();
        files.insert(path(&name), text + &stream(&changed));
    }
    Ok(files)
}

fn stream(objects: &[Object]) -> String {
    objects
        .iter()
        .flat_map(|object| ["---\n", &object.text])
        .collect()
}

type Objects = BTreeMap<Identity, Object>;

fn by_identity(objects: Vec<Object>) -> Objects {
    let own = objects.into_iter().filter(|object| !object.is_hook());
    own.map(|object| (object.identity(), object)).collect()
}

fn manifests(tools: &Tools) -> Result<Files, Failure> {
    let mut profiles = BTreeMap::new();
    for name in PROFILES {
        profiles.insert(name, by_identity(tools.render(&Values::profile(name))?));
    }
    let (asleep, drill, emergency) = (
        &profiles["asleep"],
        &profiles["drill"],
        &profiles["emergency"],
    );
    let same = |one: &Objects, identity: &Identity, object: &Object| {
        one.get(identity)
            .is_some_and(|other| other.value == object.value)
    };
    let base: BTreeSet<&Identity> = emergency
        .iter()
        .filter(|(identity, object)| {
            same(asleep, identity, object) && same(drill, identity, object)
        })
        .map(|(identity, _)| identity)
        .collect();
    let serving: BTreeSet<&Identity> = emergency
        .keys()
        .filter(|identity| drill.contains_key(*identity) && !base.contains(identity))
        .collect();

    let mut files = Files::new();
    let mut resources = add(&mut files, "k8s/base", emergency, |one| base.contains(one));
    kustomization(&mut files, "k8s/base", "Kustomization", &resources)?;
    resources = add(&mut files, "k8s/components/serving", emergency, |one| {
        serving.contains(one)
    });
    kustomization(
        &mut files,
        "k8s/components/serving",
        "Component",
        &resources,
    )?;
    for (profile, objects) in &profiles {
        let folder = format!("k8s/overlays/{profile}");
        let serves = *profile != "asleep";
        let mut text = String::from("resources:\n  - ../../base\n");
        let own = add(&mut files, &folder, objects, |one| {
            !(base.contains(one) || serves && serving.contains(one))
        });
        for name in own {
            writeln!(text, "  - {name}")?;
        }
        if serves {
            text += "components:\n  - ../../components/serving\n";
            text += &patches(objects, emergency, &serving)?;
        }
        let head = "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\n";
        files.insert(
            format!("{folder}/kustomization.yaml"),
            format!("{REMARK}{head}{text}"),
        );
    }
    files.insert("k8s/README.md".to_owned(), README.to_owned());
    Ok(files)
}

/// Puts the chosen objects into a folder, a file each, and returns their names.
fn add(
    files: &mut Files,
    folder: &str,
    objects: &Objects,
    chosen: impl Fn(&Identity) -> bool,
) -> Vec<String> {
    let mut names = Vec::new();
    for (identity, object) in objects.iter().filter(|(identity, _)| chosen(identity)) {
        let name = format!("{}-{}.yaml", identity.kind.to_lowercase(), identity.name);
        files.insert(
            format!("{folder}/{name}"),
            format!("{REMARK}{}", object.text),
        );
        names.push(name);
    }
    names
}

fn kustomization(
    files: &mut Files,
    folder: &str,
    kind: &str,
    resources: &[String],
) -> Result<(), Failure> {
    let version = if kind == "Component" {
        "v1alpha1"
    } else {
        "v1beta1"
    };
    let mut text = format!(
        "{REMARK}apiVersion: kustomize.config.k8s.io/{version}\nkind: {kind}\nresources:\n"
    );
    for name in resources {
        writeln!(text, "  - {name}")?;
    }
    files.insert(format!("{folder}/kustomization.yaml"), text);
    Ok(())
}

fn patches(
    wanted: &Objects,
    given: &Objects,
    shared: &BTreeSet<&Identity>,
) -> Result<String, Failure> {
    let mut text = String::new();
    for identity in shared {
        let operations = operations(&given[*identity].value, &wanted[*identity].value);
        if operations.is_empty() {
            continue;
        }
        let (group, version) = identity
            .api_version
            .split_once('/')
            .unwrap_or(("", &identity.api_version));
        let (kind, name) = (&identity.kind, &identity.name);
        writeln!(
            text,
            "  - target: {{group: {group:?}, version: {version}, kind: {kind}, name: {name}}}\n    patch: |-"
        )?;
        for operation in operations {
            writeln!(text, "      - {operation}")?;
        }
    }
    Ok(if text.is_empty() {
        text
    } else {
        format!("patches:\n{text}")
    })
}

const README: &str = "\
# For those without Helm

The chart of [helm/lifeboat](../helm/lifeboat) as plain manifests, in the namespace `lifeboat`: what every profile has (`k8s/base`), what serves
(`k8s/components/serving`), and an overlay for each profile. [docs/deploy.md](../docs/deploy.md) says which Secrets there must be.

```
kubectl apply -k k8s/overlays/emergency
```

Written by `cargo xtask kubernetes`; a test fails when an overlay and the chart's rendering of that profile differ. What is yours belongs into an
overlay of your own that names one of these as its resource: [docs/samples/overlay](../docs/samples/overlay/kustomization.yaml) changes the address of the
gateway, which is in the ConfigMap `lifeboat-address` and nowhere else, the credentials of the clouds and the registry of the images; a test builds it. A
changed address is read by pods that start: `kubectl -n lifeboat rollout restart deployment lifeboat-gateway lifeboat-identity`.
";
