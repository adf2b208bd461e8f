//! Pods as Kubernetes would run them, without Kubernetes: their files, variables and arguments as the manifests say, with the project's own
//! programs. What is another here: a pod's root is a folder, and an address of a Service is one of loopback.

mod pod;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use tempfile::TempDir;
use test_support::ports;

use crate::objects::{list, selects, text};
use crate::{Failure, Object};
pub use pod::{Pod, Prepared};

/// Where the manifests put files; anything else a program must not look at.
const PLACES: [&str; 4] = [
    "/etc/lifeboat",
    "/run/secrets",
    "/var/lib/lifeboat",
    "/srv/export",
];

/// The content of a Secret or `ConfigMap`, by key.
type Content = BTreeMap<String, Vec<u8>>;

/// A cluster of one machine.
#[derive(Debug)]
pub struct Site {
    folder: TempDir,
    objects: Vec<Object>,
    given: BTreeMap<String, Content>,
    /// Where a port of a pod is.
    ports: BTreeMap<(String, u64), u16>,
    /// Where a Service is that has something of its own before its pods.
    balanced: BTreeMap<String, String>,
}

impl Site {
    /// One without anything, in a temporary folder of its own.
    ///
    /// # Errors
    /// When there can be no such folder.
    pub fn new() -> Result<Self, Failure> {
        Ok(Self {
            folder: tempfile::tempdir()?,
            objects: Vec::new(),
            given: BTreeMap::new(),
            ports: BTreeMap::new(),
            balanced: BTreeMap::new(),
        })
    }

    /// A place for what is not in a pod.
    #[must_use]
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder behind a claim.
    #[must_use]
    pub fn claim(&self, name: &str) -> PathBuf {
        self.path("claims").join(name)
    }

    /// From now on these objects are applied, beside those that have been.
    ///
    /// # Errors
    /// When a Secret is not what a Secret is.
    pub fn apply(&mut self, objects: Vec<Object>) -> Result<(), Failure> {
        for object in &objects {
            let encoded = match object.kind() {
                "Secret" => true,
                "ConfigMap" => false,
                _ => continue,
            };
            for (key, value) in object.value["data"].as_object().into_iter().flatten() {
                let value = text(value)?;
                let content = if encoded {
                    STANDARD.decode(value.replace(['\n', ' '], ""))?
                } else {
                    value.as_bytes().to_vec()
                };
                self.give(object.name(), key, content);
            }
        }
        let replaced = |own: &Object| !objects.iter().any(|new| new.identity() == own.identity());
        self.objects.retain(replaced);
        self.objects.extend(objects);
        Ok(())
    }

    /// Puts a key into a Secret or `ConfigMap`.
    pub fn give(&mut self, name: &str, key: &str, value: impl Into<Vec<u8>>) {
        let all = self.given.entry(name.to_owned()).or_default();
        all.insert(key.to_owned(), value.into());
    }

    /// What a Secret or `ConfigMap` holds.
    fn content(&self, name: &str) -> Result<&Content, Failure> {
        self.given
            .get(name)
            .ok_or_else(|| format!("nobody made {name}").into())
    }

    /// The object of this kind whose name begins so.
    ///
    /// # Errors
    /// When there is none, or more than one.
    pub fn object(&self, kind: &str, name: &str) -> Result<Object, Failure> {
        let mut found = self
            .objects
            .iter()
            .filter(|one| one.kind() == kind && one.name().starts_with(name));
        match (found.next(), found.next()) {
            (Some(object), None) => Ok(object.clone()),
            (None, _) => Err(format!("no {kind} {name}").into()),
            (Some(_), Some(_)) => Err(format!("more than one {kind} {name}").into()),
        }
    }

    /// All of this kind.
    #[must_use]
    pub fn objects(&self, kind: &str) -> Vec<Object> {
        self.objects
            .iter()
            .filter(|one| one.kind() == kind)
            .cloned()
            .collect()
    }

    /// Says that a Service is reached at this address (`host:port`), whatever its pods are.
    pub fn balance(&mut self, service: &str, address: String) {
        self.balanced.insert(service.to_owned(), address);
    }

    /// Where a port of a pod is on this machine.
    pub fn address(&mut self, pod: &Pod, port: u64) -> String {
        let own = self
            .ports
            .entry((pod.name(), port))
            .or_insert_with(ports::free);
        format!("127.0.0.1:{own}")
    }

    /// The address that a probe of a container asks.
    ///
    /// # Errors
    /// When it names a port that the pod does not have.
    pub fn probe(&mut self, pod: &Pod, probe: &Value) -> Result<String, Failure> {
        let port = container_port(&pod.object, &probe["httpGet"]["port"])?;
        let path = text(&probe["httpGet"]["path"])?;
        Ok(format!("http://{}{path}", self.address(pod, port)))
    }

    /// A text of a manifest, with the paths and addresses that it has here.
    fn here(&mut self, text: &str, pod: &Pod, root: &Path) -> Result<String, Failure> {
        let mut text = text.to_owned();
        for place in PLACES {
            text = text.replace(place, &format!("{}{place}", root.display()));
        }
        for service in self.objects("Service") {
            for port in list(&service.value["spec"]["ports"]) {
                // With or without TLS.
                let from = format!("://{}:{}", service.name(), port["port"]);
                if text.contains(&from) {
                    let address = self.behind(&service, port)?;
                    text = text.replace(&from, &format!("://{address}"));
                }
            }
        }
        for port in [8080, 9090] {
            let from = format!("0.0.0.0:{port}");
            if text.contains(&from) {
                text = text.replace(&from, &self.address(pod, port));
            }
        }
        Ok(text)
    }

    /// Where a port of a Service leads to.
    fn behind(&mut self, service: &Object, port: &Value) -> Result<String, Failure> {
        if let Some(address) = self.balanced.get(service.name()) {
            return Ok(address.clone());
        }
        let selector = &service.value["spec"]["selector"];
        let target = self.objects.iter().find(|one| {
            one.pod()
                .is_some_and(|pod| selects(selector, &pod["metadata"]["labels"]))
        });
        let target = target
            .ok_or_else(|| format!("{} leads nowhere", service.identity()))?
            .clone();
        let number = container_port(&target, &port["targetPort"])?;
        Ok(self.address(&Pod::of(&target), number))
    }
}

/// The number of a port that a pod names.
///
/// # Errors
/// When it has no such port.
pub fn container_port(object: &Object, name: &Value) -> Result<u64, Failure> {
    let pod = object.pod().unwrap_or(&Value::Null);
    list(&pod["spec"]["containers"])
        .flat_map(|container| list(&container["ports"]))
        .find(|port| port["name"] == *name)
        .and_then(|port| port["containerPort"].as_u64())
        .ok_or_else(|| format!("{} has no port {name}", object.identity()).into())
}
