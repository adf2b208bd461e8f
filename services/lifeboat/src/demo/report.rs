//! What the demo tells the person who started it.

use std::path::Path;

use super::ready_file::ReadyFile;
use super::sources::Sources;
use super::timings::Timings;
use crate::outcome::Failure;

/// Names the packages that are taken, and those that are left.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub(crate) fn sources(sources: &Sources, json: bool) {
    if json {
        return;
    }
    for source in &sources.known {
        println!(
            "taking {} from {}",
            source.system.name,
            source.folder.display()
        );
    }
    for name in &sources.unknown {
        println!("leaving {name}: no capability of that name yet");
    }
}

/// The table of times; as JSON the ready file itself.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub(crate) fn ready(
    ready: &ReadyFile,
    timings: &Timings,
    file: &Path,
    json: bool,
) -> Result<(), Failure> {
    if json {
        println!("{}", serde_json::to_string(ready)?);
    } else {
        println!("{}", timings.table());
        println!(
            "answering at {}  (credentials: {})",
            ready.gateway,
            file.display()
        );
    }
    Ok(())
}

/// Ready-made requests.
#[expect(clippy::print_stdout, reason = "this is the command's result")]
pub(crate) fn serving(ready: &ReadyFile, json: bool) {
    if json {
        return;
    }
    let program = std::env::current_exe()
        .map_or_else(|_| "lifeboat".to_owned(), |path| path.display().to_string());
    let person = &ready.citizen.national_id;
    let reason = "--purpose family-tracing --case-number DEMO-1";
    println!("\nIn another terminal, in this folder. As a citizen:");
    println!("  {program} call /household/v1/me --as citizen");
    println!("  {program} call /household/v1/me/kin --as citizen --curl | curl --config -");
    println!("  {program} call /identity/v1/me/access-log --as citizen");
    println!("As an officer:");
    println!("  {program} call /household/v1/persons/{person} --as officer {reason}");
    println!(
        "  {program} call /household/v1/persons/{person}/kin --as officer {reason} --curl | curl --config -"
    );
    println!("Without a token:");
    println!("  curl {}readyz", ready.gateway);
    println!("  {}docs in a browser", ready.gateway);
    println!("\nCtrl-C ends it.");
}
