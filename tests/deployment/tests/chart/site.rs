//! Pods as Kubernetes would run them, without Kubernetes: their files, variables and arguments as the manifests say, with the project's own
//! programs. What is another here: a pod's root is a folder, and an address of a Service is one of loopback.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use deployment::Object;
use serde_json::Value;
use tempfile::TempDir;
use test_support::ports;
use test_support::process::{Service, program};

use crate::rendered::{find, list, selects};

/// How long anything may take.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// Where the manifests put files; anything else a program must not look at.
const PLACES: [&str; 4] = [
    "/etc/lifeboat",
    "/run/secrets",
    "/var/lib/lifeboat",
    "/srv/export",
];

/// A cluster of one machine.
pub(crate) struct Site {
    folder: TempDir,
    objects: Vec<Object>,
    given: BTreeMap<String, BTreeMap<String, Vec<u8>>>,
    ports: BTreeMap<(String, u64), u16>,
}

/// A container that is about to start.
struct Prepared {
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Site {
    pub(crate) fn new() -> Self {
        Self {
            folder: tempfile::tempdir().unwrap(),
            objects: Vec::new(),
            given: BTreeMap::new(),
            ports: BTreeMap::new(),
        }
    }

    /// A place for what is not in a pod.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The folder behind a claim.
    pub(crate) fn claim(&self, name: &str) -> PathBuf {
        self.path("claims").join(name)
    }

    /// From now on these objects are applied, beside those that have been.
    pub(crate) fn apply(&mut self, objects: Vec<Object>) {
        for object in &objects {
            let data = &object.value["data"];
            let decode: fn(&str) -> Vec<u8> = match object.kind() {
                "Secret" => |text| STANDARD.decode(text.replace(['\n', ' '], "")).unwrap(),
                "ConfigMap" => |text| text.as_bytes().to_vec(),
                _ => continue,
            };
            for (key, value) in data.as_object().unwrap() {
                self.give(object.name(), key, decode(value.as_str().unwrap()));
            }
        }
        let replaced = |own: &Object| !objects.iter().any(|new| new.identity() == own.identity());
        self.objects.retain(replaced);
        self.objects.extend(objects);
    }

    /// Puts a key into a Secret or `ConfigMap`.
    pub(crate) fn give(&mut self, name: &str, key: &str, value: impl Into<Vec<u8>>) {
        let all = self.given.entry(name.to_owned()).or_default();
        all.insert(key.to_owned(), value.into());
    }

    /// The object of this kind whose name begins so.
    pub(crate) fn object(&self, kind: &str, name: &str) -> Object {
        let mut found = self
            .objects
            .iter()
            .filter(|one| one.kind() == kind && one.name().starts_with(name));
        let object = found
            .next()
            .unwrap_or_else(|| panic!("no {kind} {name}"))
            .clone();
        assert!(found.next().is_none(), "more than one {kind} {name}");
        object
    }

    /// All of this kind.
    pub(crate) fn objects(&self, kind: &str) -> Vec<Object> {
        self.objects
            .iter()
            .filter(|one| one.kind() == kind)
            .cloned()
            .collect()
    }

    /// Runs the containers of a pod to their end, one after the other, those that come first first; gives what they said.
    pub(crate) async fn run(&mut self, object: &Object) -> String {
        let mut said = self.run_first(object).await;
        for container in list(&object.pod().unwrap()["spec"]["containers"]) {
            said += &self.run_container(object, container).await;
        }
        said
    }

    /// Runs those that come first.
    pub(crate) async fn run_first(&mut self, object: &Object) -> String {
        let mut said = String::new();
        for container in list(&object.pod().unwrap()["spec"]["initContainers"]) {
            said += &self.run_container(object, container).await;
        }
        said
    }

    async fn run_container(&mut self, object: &Object, container: &Value) -> String {
        let mut running = self.start(object, container);
        let status = running.exit(PATIENCE).await;
        let said = format!("{}{}", running.stdout(), running.stderr());
        assert!(
            status.success(),
            "{} {}: {status}\n{said}",
            object.identity(),
            container["name"]
        );
        said
    }

    /// Starts one container of a pod.
    pub(crate) fn start(&mut self, object: &Object, container: &Value) -> Service {
        let prepared = self.prepare(object, container);
        let arguments: Vec<&str> = prepared.arguments.iter().map(String::as_str).collect();
        let environment: Vec<(&str, &str)> = prepared
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Service::start(&prepared.program, &arguments, &environment)
    }

    fn prepare(&mut self, object: &Object, container: &Value) -> Prepared {
        let pod = object.pod().unwrap().clone();
        let root = self.path("pods").join(object.name());
        for mount in list(&container["volumeMounts"]) {
            self.mount(object, &pod, mount, &root);
        }
        let image = container["image"].as_str().unwrap();
        let name = image
            .rsplit('/')
            .next()
            .unwrap()
            .split([':', '@'])
            .next()
            .unwrap();
        let mut environment = Vec::new();
        for variable in list(&container["env"]) {
            let value = self.variable(variable, object, &environment);
            environment.push((variable["name"].as_str().unwrap().to_owned(), value));
        }
        for all in list(&container["envFrom"]) {
            for (key, value) in &self.given[all["secretRef"]["name"].as_str().unwrap()] {
                environment.push((key.clone(), text(value)));
            }
        }
        let arguments = list(&container["args"])
            .map(|argument| expanded(argument.as_str().unwrap(), &environment))
            .collect::<Vec<_>>();
        let arguments = arguments
            .iter()
            .map(|argument| self.here(argument, object, &root))
            .collect();
        Prepared {
            program: program(name),
            arguments,
            environment,
        }
    }

    fn variable(&self, variable: &Value, object: &Object, before: &[(String, String)]) -> String {
        let from = &variable["valueFrom"];
        if let Some(name) = from["secretKeyRef"]["name"].as_str() {
            let key = from["secretKeyRef"]["key"].as_str().unwrap();
            let secret = self.given.get(name).and_then(|secret| secret.get(key));
            return text(secret.unwrap_or_else(|| panic!("no {key} in Secret {name}")));
        }
        match from["fieldRef"]["fieldPath"].as_str() {
            Some("metadata.name") => format!("{}-5d9c7b8f6d-x2x4z", object.name()),
            Some(other) => panic!("{other}"),
            None => expanded(variable["value"].as_str().unwrap(), before),
        }
    }

    /// Puts the files of one volume where a pod expects them.
    fn mount(&mut self, object: &Object, pod: &Value, mount: &Value, root: &Path) {
        let name = &mount["name"];
        let place = mount["mountPath"].as_str().unwrap();
        if place == "/tmp" {
            return;
        }
        assert!(
            PLACES.iter().any(|known| place.starts_with(known)),
            "{place}"
        );
        let at = root.join(place.trim_start_matches('/'));
        let volume = list(&pod["spec"]["volumes"]).find(|volume| volume["name"] == *name);
        let claim = match volume {
            None => Some(format!("{}-{}-0", name.as_str().unwrap(), object.name())),
            Some(volume) => volume["persistentVolumeClaim"]["claimName"]
                .as_str()
                .map(str::to_owned),
        };
        if let Some(claim) = claim {
            let claim = self.claim(&claim);
            std::fs::create_dir_all(&claim).unwrap();
            std::fs::create_dir_all(at.parent().unwrap()).unwrap();
            if !at.exists() {
                std::os::unix::fs::symlink(claim, at).unwrap();
            }
            return;
        }
        std::fs::create_dir_all(&at).unwrap();
        let volume = volume.unwrap();
        let (source, name) = match (&volume["secret"], &volume["configMap"]) {
            (Value::Null, Value::Null) => return,
            (Value::Null, config) => (config, config["name"].as_str().unwrap()),
            (secret, _) => (secret, secret["secretName"].as_str().unwrap()),
        };
        let given = self
            .given
            .get(name)
            .unwrap_or_else(|| panic!("nobody made {name}"))
            .clone();
        let items: Vec<(&str, &str)> = match source["items"].as_array() {
            Some(items) => items
                .iter()
                .map(|item| {
                    (
                        item["key"].as_str().unwrap(),
                        item["path"].as_str().unwrap(),
                    )
                })
                .collect(),
            None => given
                .keys()
                .map(|key| (key.as_str(), key.as_str()))
                .collect(),
        };
        for (key, path) in items {
            let content = given
                .get(key)
                .unwrap_or_else(|| panic!("no {key} in {name}"));
            let content = match std::str::from_utf8(content) {
                Ok(text) => self.here(text, object, root).into_bytes(),
                Err(_) => content.clone(),
            };
            let file = at.join(path);
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(file, content).unwrap();
        }
    }

    /// A text of a manifest, with the paths and addresses that it has here.
    fn here(&mut self, text: &str, object: &Object, root: &Path) -> String {
        let mut text = text.to_owned();
        for place in PLACES {
            text = text.replace(place, &format!("{}{place}", root.display()));
        }
        for service in self.objects("Service") {
            for port in list(&service.value["spec"]["ports"]) {
                let from = format!("http://{}:{}", service.name(), port["port"]);
                if text.contains(&from) {
                    let address = self.behind(&service, port);
                    text = text.replace(&from, &format!("http://{address}"));
                }
            }
        }
        for port in [8080, 9090] {
            let from = format!("0.0.0.0:{port}");
            if text.contains(&from) {
                text = text.replace(&from, &self.address(object, port));
            }
        }
        text
    }

    /// Where the pods answer to which a port of a Service leads.
    fn behind(&mut self, service: &Object, port: &Value) -> String {
        let selector = service.value["spec"]["selector"].clone();
        let target = self
            .objects
            .iter()
            .find(|one| {
                one.pod()
                    .is_some_and(|pod| selects(&selector, &pod["metadata"]["labels"]))
            })
            .unwrap_or_else(|| panic!("{} leads nowhere", service.identity()))
            .clone();
        let number = container_port(&target, &port["targetPort"]);
        self.address(&target, number)
    }

    /// Where a port of an object's pods is on this machine.
    pub(crate) fn address(&mut self, object: &Object, port: u64) -> String {
        let key = (object.name().to_owned(), port);
        let own = self.ports.entry(key).or_insert_with(ports::free);
        format!("127.0.0.1:{own}")
    }

    /// The address that a probe of a container asks.
    pub(crate) fn probe(&mut self, object: &Object, probe: &Value) -> String {
        let port = container_port(object, &probe["httpGet"]["port"]);
        let path = probe["httpGet"]["path"].as_str().unwrap();
        format!("http://{}{path}", self.address(object, port))
    }

    /// Whether a `ConfigMap` or Secret of this name is there.
    pub(crate) fn has(&self, kind: &str, name: &str) -> bool {
        find(&self.objects, kind, name).is_some()
    }
}

/// The number of a port that a pod names.
pub(crate) fn container_port(object: &Object, name: &Value) -> u64 {
    list(&object.pod().unwrap()["spec"]["containers"])
        .flat_map(|container| list(&container["ports"]))
        .find(|port| port["name"] == *name)
        .unwrap_or_else(|| panic!("{} has no port {name}", object.identity()))["containerPort"]
        .as_u64()
        .unwrap()
}

/// `$(NAME)` as Kubernetes expands it.
fn expanded(text: &str, environment: &[(String, String)]) -> String {
    let mut text = text.to_owned();
    for (name, value) in environment {
        text = text.replace(&format!("$({name})"), value);
    }
    assert!(
        !text.contains("$("),
        "{text} names a variable that is not there"
    );
    text
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}
