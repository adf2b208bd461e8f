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
pub(crate) fn serving(ready: &ReadyFile, file: &Path, json: bool) {
    if json {
        return;
    }
    let program = std::env::current_exe()
        .map_or_else(|_| "lifeboat".to_owned(), |path| path.display().to_string());
    let call = format!("{program} call --ready-file {}", file.display());
    let (gateway, person) = (&ready.gateway, &ready.citizen.national_id);
    let reason = "--purpose family-tracing --case-number DEMO-1";
    println!("\nIn another terminal, as a citizen:");
    println!("  {call} --as citizen /household/v1/me");
    println!("  {call} --as citizen --curl /household/v1/me/kin | curl --config -");
    println!("  {call} --as citizen /identity/v1/me/access-log");
    println!("as an officer:");
    println!("  {call} --as officer {reason} /household/v1/persons/{person}");
    println!(
        "  {call} --as officer {reason} --curl /household/v1/persons/{person}/kin | curl --config -"
    );
    println!("without a token:");
    println!("  curl {gateway}/readyz");
    println!("  {gateway}/docs in a browser");
    println!("\nCtrl-C ends it.");
}
