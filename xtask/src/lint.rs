//! `cargo xtask lint`: every convention that a machine can hold.

mod dependencies;
mod links;
mod rules;
mod spdx;
mod tree;

use std::process::Stdio;

use tokio::process::Command;

use crate::commands::{cargo, run as run_command};
use crate::interrupt::Interrupt;
use crate::{Failure, root};
use tree::Tree;

/// Runs every check, also after one has failed, and tells all that they found.
pub(crate) async fn run() -> Result<(), Failure> {
    let mut interrupt = Interrupt::listen()?;
    let mut failed = Vec::new();

    components(&mut interrupt).await?;
    for arguments in [
        &["fmt", "--all", "--check"][..],
        &[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ],
    ] {
        if let Err(failure) = run_command(&mut cargo(arguments), &mut interrupt).await {
            failed.push(failure.to_string());
        }
    }

    let tree = Tree::read(&root())?;
    failed.extend(tree.faults());
    failed.extend(links::faults(&tree));
    failed.extend(dependencies::faults(&tree).await?);
    if let Err(failure) = cargo_deny(&mut interrupt).await {
        failed.push(failure.to_string());
    }

    if failed.is_empty() {
        eprintln!("nothing found");
        return Ok(());
    }
    for fault in &failed {
        eprintln!("- {fault}");
    }
    Err(format!("{} found", failed.len()).into())
}

/// A minimal toolchain comes without the formatter and the linter.
async fn components(interrupt: &mut Interrupt) -> Result<(), Failure> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !is_there(tool).await {
            let mut add = Command::new("rustup");
            add.args(["component", "add", component]);
            run_command(&mut add, interrupt).await?;
        }
    }
    Ok(())
}

/// Whether cargo has this command.
async fn is_there(tool: &str) -> bool {
    let mut version = cargo(&[tool, "--version"]);
    version
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    version.status().await.is_ok_and(|status| status.success())
}

/// Our own code holds licences, bans and sources; cargo-deny knows the advisories besides.
async fn cargo_deny(interrupt: &mut Interrupt) -> Result<(), Failure> {
    if !is_there("deny").await {
        eprintln!(
            "cargo-deny is not installed: known vulnerabilities are NOT checked (cargo install --locked cargo-deny); \
             licences, bans and sources are"
        );
        return Ok(());
    }
    run_command(&mut cargo(&["deny", "--workspace", "check"]), interrupt).await
}
