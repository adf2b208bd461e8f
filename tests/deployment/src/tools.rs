//! Helm, kubectl and the checkers, as `cargo xtask` provides them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::objects::{self, Object};
use crate::{Failure, RELEASE, root};

/// Where `cargo xtask test` says that Helm is.
pub const HELM: &str = "LIFEBOAT_TEST_HELM";
/// Where it says that kubectl is.
pub const KUBECTL: &str = "LIFEBOAT_TEST_KUBECTL";
/// The folder in which it says that kubernetes-validate and checkov are.
pub const CHECKERS: &str = "LIFEBOAT_TEST_KUBERNETES_CHECKERS";

/// Helm and kubectl.
#[derive(Clone, Debug)]
pub struct Tools {
    /// Helm 3.18 or newer.
    pub helm: PathBuf,
    /// kubectl.
    pub kubectl: PathBuf,
}

/// What is rendered: values files in the chart or elsewhere, and single values.
#[derive(Clone, Debug, Default)]
pub struct Values {
    files: Vec<PathBuf>,
    single: Vec<String>,
}

impl Values {
    /// A profile of the chart.
    #[must_use]
    pub fn profile(name: &str) -> Self {
        Self::default().and_file(&chart().join(format!("values-{name}.yaml")))
    }

    /// These and a file of values.
    #[must_use]
    pub fn and_file(mut self, file: &Path) -> Self {
        self.files.push(file.to_owned());
        self
    }

    /// These and one value, as Helm's `--set` takes it.
    #[must_use]
    pub fn and(mut self, single: impl Into<String>) -> Self {
        self.single.push(single.into());
        self
    }
}

/// The chart's folder.
#[must_use]
pub fn chart() -> PathBuf {
    root().join("helm").join("lifeboat")
}

impl Tools {
    /// Runs Helm on the chart: `template`, or `lint`.
    ///
    /// # Errors
    /// When Helm cannot be started.
    pub fn helm(&self, arguments: &[&str], values: &Values) -> Result<Output, Failure> {
        let mut command = Command::new(&self.helm);
        command
            .args(arguments)
            .arg(chart())
            .args(["--namespace", RELEASE]);
        for file in &values.files {
            command.arg("--values").arg(file);
        }
        for single in &values.single {
            command.args(["--set", single]);
        }
        Ok(command.stdin(Stdio::null()).output()?)
    }

    /// The chart as text.
    ///
    /// # Errors
    /// With Helm's words, when it refuses.
    pub fn text(&self, values: &Values) -> Result<String, Failure> {
        done(self.helm(&["template", RELEASE], values)?)
    }

    /// The chart's objects.
    ///
    /// # Errors
    /// With Helm's words, when it refuses; or when an object is none.
    pub fn render(&self, values: &Values) -> Result<Vec<Object>, Failure> {
        objects::read(&self.text(values)?)
    }

    /// The objects of a folder with a kustomization.
    ///
    /// # Errors
    /// With kubectl's words, when it refuses.
    pub fn kustomize(&self, folder: &Path) -> Result<Vec<Object>, Failure> {
        let output = Command::new(&self.kubectl)
            .arg("kustomize")
            .arg(folder)
            .stdin(Stdio::null())
            .output()?;
        objects::read(&done(output)?)
    }
}

fn done(output: Output) -> Result<String, Failure> {
    if output.status.success() {
        return Ok(String::from_utf8(output.stdout)?);
    }
    Err(String::from_utf8_lossy(&output.stderr).into_owned().into())
}
