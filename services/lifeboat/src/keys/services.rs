//! `lifeboat keys services`: every key that a site's services need, as files, and as Secrets of Kubernetes.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use access::internal::ServiceKey;
use access::keys::{SigningKey, jwks};
use clap::Args;
use secrecy::ExposeSecret;

use crate::demo::{private, random_base64};
use crate::outcome::{Failure, say};
use crate::registry;

/// Where to write them.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A folder that does not exist yet.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// The namespace of the Secrets that kustomization.yaml makes of the files.
    #[arg(long, value_name = "NAME", default_value = "lifeboat")]
    namespace: String,
}

/// What belongs to one service: the folder's name, and its files.
type Files = Vec<(&'static str, Vec<&'static str>)>;

pub(super) fn run(options: &Options) -> Result<ExitCode, Failure> {
    let out = &options.out;
    if out.exists() {
        return Err(
            Failure::refused(format!("{} is there already", out.display()))
                .next("keys are never written over others: name another folder with --out"),
        );
    }
    std::fs::create_dir_all(out)?;
    let mut public = Vec::new();
    let mut made: Files = Vec::new();
    let capabilities = registry::CAPABILITIES.iter().map(|one| one.name);
    for name in ["gateway", "identity"].into_iter().chain(capabilities) {
        let folder = out.join(name);
        std::fs::create_dir(&folder)?;
        let internal = ServiceKey::generate()?;
        private(
            &folder.join("internal.pem"),
            internal.to_pkcs8_pem()?.expose_secret(),
        )?;
        public.push(internal.service_jwk(name));
        let mut files = vec!["internal.pem"];
        match name {
            "gateway" => {}
            "identity" => {
                private(&folder.join("sealing.key"), &random_base64()?)?;
                files.push("sealing.key");
            }
            _ => {
                let receipts = SigningKey::generate_es256()?;
                let pem = receipts.to_pkcs8_pem()?;
                private(&folder.join("receipts.pem"), pem.expose_secret())?;
                files.push("receipts.pem");
            }
        }
        made.push((name, files));
    }
    std::fs::create_dir(out.join("nonce"))?;
    private(&out.join("nonce/nonce-key"), &random_base64()?)?;
    made.push(("nonce", vec!["nonce-key"]));
    private(
        &out.join("failback.pem"),
        SigningKey::generate_ed25519()?
            .to_pkcs8_pem()?
            .expose_secret(),
    )?;
    std::fs::write(out.join("trusted-services.jwks"), jwks(&public))?;
    std::fs::write(
        out.join("namespace.yaml"),
        NAMESPACE.replace("NAME", &options.namespace),
    )?;
    std::fs::write(
        out.join("kustomization.yaml"),
        kustomization(&options.namespace, &made),
    )?;
    tell(out);
    Ok(ExitCode::SUCCESS)
}

/// Only pods that ask for nothing are let in.
const NAMESPACE: &str = "\
apiVersion: v1
kind: Namespace
metadata:
  name: NAME
  labels:
    pod-security.kubernetes.io/enforce: restricted
    pod-security.kubernetes.io/warn: restricted
";

/// Makes a Secret for each service, and a `ConfigMap` of the public halves, under the names that the chart expects.
fn kustomization(namespace: &str, made: &Files) -> String {
    let mut text = format!(
        "# Written by `lifeboat keys services`. `kubectl apply -k` makes the namespace, a Secret for each service, and what all of them may\n\
         # know. failback.pem is in none of them: it stays with who hands back.\n\
         apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nnamespace: {namespace}\nresources: [namespace.yaml]\n\
         generatorOptions: {{disableNameSuffixHash: true}}\n\
         configMapGenerator:\n  - {{name: lifeboat-trusted-services, files: [trusted-services.jwks]}}\nsecretGenerator:\n"
    );
    for (name, files) in made {
        let files: Vec<String> = files.iter().map(|file| format!("{name}/{file}")).collect();
        // Writing to a text cannot fail.
        let _ = writeln!(
            text,
            "  - {{name: lifeboat-keys-{name}, files: [{}]}}",
            files.join(", ")
        );
    }
    text
}

fn tell(out: &Path) {
    let out = out.display();
    say(format_args!(
        "{out} holds the keys of every service, for you only. Keep a copy where no cloud is; failback.pem belongs to who hands back."
    ));
    say(format_args!("next:  kubectl apply -k {out}"));
}
