//! One pod: what it reads, and its containers.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use test_support::process::{Service, program};

use super::{PLACES, Site};
use crate::objects::{list, text};
use crate::{Failure, Object};

/// A pod of an object: of a Deployment, a Job or whatever else has some.
#[derive(Clone, Debug)]
pub struct Pod {
    /// What it is a pod of.
    pub object: Object,
    number: usize,
}

/// A container that is about to start.
#[derive(Clone, Debug)]
pub struct Prepared {
    what: String,
    program: PathBuf,
    arguments: Vec<String>,
    environment: Vec<(String, String)>,
}

impl Pod {
    /// The first.
    #[must_use]
    pub fn of(object: &Object) -> Self {
        Self::copy(object, 0)
    }

    /// That of this number.
    #[must_use]
    pub fn copy(object: &Object, number: usize) -> Self {
        Self {
            object: object.clone(),
            number,
        }
    }

    /// Its name, as no other pod has it.
    #[must_use]
    pub fn name(&self) -> String {
        format!("{}-5d9c7b8f6d-x2x{:02}", self.object.name(), self.number)
    }

    /// The containers that run first, one after the other.
    pub fn first(&self) -> impl Iterator<Item = &Value> {
        self.spec()["initContainers"]
            .as_array()
            .into_iter()
            .flatten()
    }

    /// Its containers.
    pub fn containers(&self) -> impl Iterator<Item = &Value> {
        self.spec()["containers"].as_array().into_iter().flatten()
    }

    /// The container that serves.
    ///
    /// # Errors
    /// When it has none.
    pub fn container(&self) -> Result<&Value, Failure> {
        self.containers()
            .next()
            .ok_or_else(|| format!("{} has no container", self.object.identity()).into())
    }

    fn spec(&self) -> &Value {
        self.object.pod().map_or(&Value::Null, |pod| &pod["spec"])
    }
}

impl Prepared {
    /// Starts it.
    ///
    /// # Panics
    /// When the program is not built or cannot be started.
    #[must_use]
    pub fn start(&self) -> Service {
        let arguments: Vec<&str> = self.arguments.iter().map(String::as_str).collect();
        let environment: Vec<(&str, &str)> = self
            .environment
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        Service::start(&self.program, &arguments, &environment)
    }

    /// Runs it to its end, and gives what it said.
    ///
    /// # Errors
    /// With its words, when it fails.
    ///
    /// # Panics
    /// With its words, when it takes longer.
    pub async fn run(&self, within: Duration) -> Result<String, Failure> {
        let mut running = self.start();
        let status = running.exit(within).await;
        let said = format!("{}{}", running.stdout(), running.stderr());
        if status.success() {
            return Ok(said);
        }
        Err(format!("{}: {status}\n{said}", self.what).into())
    }
}

impl Site {
    /// Runs the containers of a pod to their end, one after the other, those that come first first; gives what they said.
    ///
    /// # Errors
    /// With the words of the one that fails.
    pub async fn run(&mut self, pod: &Pod, within: Duration) -> Result<String, Failure> {
        let mut said = String::new();
        for container in pod.first().chain(pod.containers()) {
            said += &self.prepare(pod, container)?.run(within).await?;
        }
        Ok(said)
    }

    /// The folder that is a pod's root.
    #[must_use]
    pub fn root(&self, pod: &Pod) -> PathBuf {
        self.path("pods").join(pod.name())
    }

    /// Puts the files of a container where it looks for them.
    ///
    /// # Errors
    /// When it names what is not there.
    pub fn prepare(&mut self, pod: &Pod, container: &Value) -> Result<Prepared, Failure> {
        let root = self.root(pod);
        for mount in list(&container["volumeMounts"]) {
            self.mount(pod, mount, &root)?;
        }
        let mut environment = Vec::new();
        for variable in list(&container["env"]) {
            let value = self.variable(variable, pod, &environment)?;
            environment.push((text(&variable["name"])?.to_owned(), value));
        }
        for all in list(&container["envFrom"]) {
            for (key, value) in self.content(text(&all["secretRef"]["name"])?)? {
                environment.push((key.clone(), String::from_utf8(value.clone())?));
            }
        }
        let mut arguments = Vec::new();
        for argument in list(&container["args"]) {
            let argument = expanded(text(argument)?, &environment)?;
            arguments.push(self.here(&argument, pod, &root)?);
        }
        let image = text(&container["image"])?;
        let name = image.rsplit('/').next().unwrap_or(image);
        let name = name.split([':', '@']).next().unwrap_or(name);
        Ok(Prepared {
            what: format!("{} {}", pod.object.identity(), container["name"]),
            program: program(name),
            arguments,
            environment,
        })
    }

    fn variable(
        &self,
        variable: &Value,
        pod: &Pod,
        before: &[(String, String)],
    ) -> Result<String, Failure> {
        let from = &variable["valueFrom"];
        if let Some(name) = from["secretKeyRef"]["name"].as_str() {
            let key = text(&from["secretKeyRef"]["key"])?;
            let value = self.content(name)?.get(key);
            let value = value.ok_or_else(|| format!("no {key} in Secret {name}"))?;
            return Ok(String::from_utf8(value.clone())?);
        }
        if let Some(name) = from["configMapKeyRef"]["name"].as_str() {
            let key = text(&from["configMapKeyRef"]["key"])?;
            let value = self.content(name)?.get(key);
            let value = value.ok_or_else(|| format!("no {key} in ConfigMap {name}"))?;
            return Ok(String::from_utf8(value.clone())?);
        }
        match from["fieldRef"]["fieldPath"].as_str() {
            Some("metadata.name") => Ok(pod.name()),
            Some(other) => Err(format!("{other} is not known here").into()),
            None => expanded(text(&variable["value"])?, before),
        }
    }

    /// Puts the files of one volume where a pod expects them.
    fn mount(&mut self, pod: &Pod, mount: &Value, root: &Path) -> Result<(), Failure> {
        let name = text(&mount["name"])?;
        let place = text(&mount["mountPath"])?;
        if place == "/tmp" {
            return Ok(());
        }
        if !PLACES.iter().any(|known| place.starts_with(known)) {
            return Err(format!("{}: {place} is nobody's place", pod.object.identity()).into());
        }
        let at = root.join(place.trim_start_matches('/'));
        let volume = list(&pod.spec()["volumes"])
            .find(|volume| volume["name"] == name)
            .cloned();
        let claim = match &volume {
            None => Some(format!("{name}-{}-0", pod.object.name())),
            Some(volume) => volume["persistentVolumeClaim"]["claimName"]
                .as_str()
                .map(str::to_owned),
        };
        if let Some(claim) = claim {
            let claim = self.claim(&claim);
            std::fs::create_dir_all(&claim)?;
            std::fs::create_dir_all(at.parent().unwrap_or(root))?;
            if !at.exists() {
                std::os::unix::fs::symlink(claim, at)?;
            }
            return Ok(());
        }
        std::fs::create_dir_all(&at)?;
        let volume = volume.unwrap_or_default();
        let (source, name) = match (&volume["secret"], &volume["configMap"]) {
            (Value::Null, Value::Null) => return Ok(()),
            (Value::Null, config) => (config, text(&config["name"])?),
            (secret, _) => (secret, text(&secret["secretName"])?),
        };
        let given = self.content(name)?.clone();
        let items: Vec<(&str, &str)> = match source["items"].as_array() {
            Some(items) => items
                .iter()
                .map(|item| Ok((text(&item["key"])?, text(&item["path"])?)))
                .collect::<Result<_, Failure>>()?,
            None => given
                .keys()
                .map(|key| (key.as_str(), key.as_str()))
                .collect(),
        };
        for (key, path) in items {
            let content = given
                .get(key)
                .ok_or_else(|| format!("no {key} in {name}"))?;
            let content = match std::str::from_utf8(content) {
                Ok(text) => self.here(text, pod, root)?.into_bytes(),
                Err(_) => content.clone(),
            };
            let file = at.join(path);
            std::fs::create_dir_all(file.parent().unwrap_or(&at))?;
            std::fs::write(file, content)?;
        }
        Ok(())
    }
}

/// `$(NAME)` as Kubernetes expands it.
fn expanded(text: &str, environment: &[(String, String)]) -> Result<String, Failure> {
    let mut text = text.to_owned();
    for (name, value) in environment {
        text = text.replace(&format!("$({name})"), value);
    }
    if text.contains("$(") {
        return Err(format!("{text} names a variable that is not there").into());
    }
    Ok(text)
}
