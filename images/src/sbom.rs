//! What a program is made of, as CycloneDX 1.6 (ECMA-424) in JSON.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Builder;

use crate::commit::Commit;
use crate::dependencies::{Graph, Name, Use};
use crate::lock::Lock;
use crate::workspace::{Package, Program, Workspace};
use crate::{Failure, ROOTS, roots, said};

/// Where `cargo xtask test` says that a Python is which can validate such documents.
pub const CHECKER: &str = "LIFEBOAT_TEST_CYCLONEDX";

/// All that is known of what the programs are made of.
#[derive(Debug)]
pub struct Materials<'a> {
    workspace: &'a Workspace,
    graph: Graph,
    lock: Lock,
    compiler: Compiler,
}

/// The compiler brings the standard library and, for the target, the C library: both are in every program.
#[derive(Debug)]
struct Compiler {
    version: String,
    commit: String,
}

impl<'a> Materials<'a> {
    /// Asks cargo and the compiler, and reads the lock file.
    ///
    /// # Errors
    /// With their words.
    pub fn read(workspace: &'a Workspace) -> Result<Self, Failure> {
        Ok(Self {
            workspace,
            graph: Graph::read(workspace)?,
            lock: Lock::read(workspace.root())?,
            compiler: Compiler::read(workspace.root())?,
        })
    }

    /// What the image of `program` is made of, of which `bytes` are the file: the document.
    ///
    /// # Errors
    /// Where cargo's answers do not fit together.
    pub fn sbom(
        &self,
        program: &Program,
        bytes: &[u8],
        commit: &Commit,
    ) -> Result<String, Failure> {
        let mut used = self.graph.of(&program.name)?;
        let own = Name {
            name: program.name.clone(),
            version: program.version.clone(),
        };
        let itself = used
            .remove(&own)
            .ok_or_else(|| format!("cargo tree does not know {}", program.name))?;

        let mut components = BTreeMap::new();
        let mut needs = BTreeMap::new();
        for (name, how) in &used {
            let package = self.workspace.package(&name.name, &name.version)?;
            components.insert(reference(package), self.component(name, package, how));
            needs.insert(reference(package), self.references(how)?);
        }
        let mut all = self.references(&itself)?;
        let compiler = self.compiler.component();
        all.push(text(&compiler["bom-ref"]));
        needs.insert(text(&compiler["bom-ref"]), Vec::new());
        components.insert(text(&compiler["bom-ref"]), compiler);
        let (at, roots) = self.roots()?;
        all.push(at.clone());
        needs.entry(at.clone()).or_default();
        components.insert(at, roots);
        let package = self.workspace.package(&program.name, &program.version)?;
        let mut subject = self.component(&own, package, &itself);
        subject["type"] = json!("application");
        subject["hashes"] = hashes(&hexadecimal(&Sha256::digest(bytes)));
        needs.insert(reference(package), all);

        let dependencies: Vec<Value> = needs
            .into_iter()
            .map(|(at, mut needed)| {
                needed.sort();
                needed.dedup();
                json!({ "ref": at, "dependsOn": needed })
            })
            .collect();
        let mut document = json!({
            "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "version": 1,
            "metadata": {
                "timestamp": commit.created,
                "lifecycles": [{ "phase": "build" }],
                "tools": { "components": [
                    { "type": "application", "name": "cargo xtask images", "version": env!("CARGO_PKG_VERSION") },
                    { "type": "application", "name": "rustc", "version": self.compiler.version },
                ] },
                "component": subject,
                "properties": [
                    { "name": "lifeboat:revision", "value": commit.revision },
                    { "name": "lifeboat:target", "value": crate::TARGET },
                ],
            },
            "components": components.into_values().collect::<Vec<_>>(),
            "dependencies": dependencies,
        });
        document["serialNumber"] = json!(serial(&document)?);
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }

    fn references(&self, how: &Use) -> Result<Vec<String>, Failure> {
        let reference = |name: &Name| {
            let package = self.workspace.package(&name.name, &name.version)?;
            Ok(reference(package))
        };
        how.needs.iter().map(reference).collect()
    }

    fn component(&self, name: &Name, package: &Package, how: &Use) -> Value {
        let at = reference(package);
        let mut component = json!({
            "type": "library",
            "bom-ref": at,
            "name": package.name,
            "version": package.version,
            // What is excluded ran while the program was compiled: macros, and what only they need.
            "scope": if how.is_linked { "required" } else { "excluded" },
            "purl": at,
        });
        if let Some(license) = &package.license {
            // Crates' old form `MIT/Apache-2.0` means OR.
            let expression = license.replace(" / ", "/").replace('/', " OR ");
            component["licenses"] = json!([{ "expression": expression }]);
        }
        if let Some(description) = &package.description {
            let words: Vec<&str> = description.split_whitespace().collect();
            component["description"] = json!(words.join(" "));
        }
        if let Some(checksum) = self.lock.checksum(name) {
            component["hashes"] = hashes(checksum);
        }
        let is_url =
            |url: &&String| url.starts_with("https://") && !url.contains(char::is_whitespace);
        if let Some(repository) = package.repository.as_ref().filter(is_url) {
            component["externalReferences"] = json!([{ "type": "vcs", "url": repository }]);
        }
        component
    }

    /// The package whose certificates are a file of the image.
    fn roots(&self) -> Result<(String, Value), Failure> {
        let package = self.workspace.only(roots::PACKAGE)?;
        let name = Name {
            name: package.name.clone(),
            version: package.version.clone(),
        };
        let how = Use {
            is_linked: true,
            ..Use::default()
        };
        let mut component = self.component(&name, package, &how);
        component["type"] = json!("data");
        component["properties"] =
            json!([{ "name": "lifeboat:file", "value": format!("/{ROOTS}") }]);
        Ok((reference(package), component))
    }
}

impl Compiler {
    fn read(root: &Path) -> Result<Self, Failure> {
        let mut rustc = std::process::Command::new("rustc");
        let text = said(rustc.current_dir(root).arg("-vV"))?;
        let field = |name: &str| {
            let mut lines = text.lines();
            let value = lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            value.ok_or_else(|| format!("rustc -vV does not say its {name}"))
        };
        Ok(Self {
            version: field("release")?.to_owned(),
            commit: field("commit-hash")?.to_owned(),
        })
    }

    fn component(&self) -> Value {
        let at = format!("pkg:generic/rust-std@{}", escaped(&self.version));
        json!({
            "type": "library",
            "bom-ref": at,
            "name": "rust-std",
            "version": self.version,
            "description": "Rust's standard library and, with it, the C library musl",
            "scope": "required",
            "licenses": [{ "expression": "(MIT OR Apache-2.0) AND MIT" }],
            "purl": at,
            "pedigree": { "commits": [{ "uid": self.commit }] },
        })
    }
}

/// How the package is called everywhere (package URL). Our own are not on crates.io, where others have some of their names.
fn reference(package: &Package) -> String {
    let kind = if package.source.is_some() {
        "cargo"
    } else {
        "generic/lifeboat"
    };
    format!("pkg:{kind}/{}@{}", package.name, escaped(&package.version))
}

/// A version in a package URL, where the plus sign of build metadata would mean a space.
fn escaped(version: &str) -> String {
    version.replace('+', "%2B")
}

fn hashes(sha256: &str) -> Value {
    json!([{ "alg": "SHA-256", "content": sha256 }])
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// The document's number: the same for the same document, another for any other (UUID version 8, RFC 9562).
fn serial(document: &Value) -> Result<String, Failure> {
    let digest = Sha256::digest(serde_json::to_vec(document)?);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest[..16]);
    Ok(format!(
        "urn:uuid:{}",
        Builder::from_custom_bytes(bytes).into_uuid()
    ))
}

/// The bytes as lower-case hexadecimal digits.
pub(crate) fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // A String takes whatever is written to it.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
