//! What the demo tells the person who started it.

use std::path::Path;

use super::backups::WayBack;
use super::filing::Filed;
use super::ready_file::ReadyFile;
use super::sources::Sources;
use super::timings::Timings;
use crate::outcome::{Failure, say};

/// Names the packages that are taken, and those that are left.
pub(crate) fn sources(sources: &Sources, json: bool) {
    if json {
        return;
    }
    for source in &sources.known {
        say(format_args!(
            "taking {} from {}",
            source.system.name,
            source.folder.display()
        ));
    }
    for name in &sources.unknown {
        say(format_args!(
            "leaving {name}: no capability of that name yet"
        ));
    }
}

/// What the way through the vault cost.
pub(crate) fn way_back(way_back: &WayBack, json: bool) {
    if !json {
        say(format_args!("{way_back}"));
    }
}

/// What was filed, and that it outlived the site.
pub(crate) fn filed(filed: &[Filed], applications: usize, json: bool) {
    if json {
        return;
    }
    for one in filed {
        say(format_args!(
            "filed     {} with {}",
            one.kind, one.capability
        ));
    }
    say(format_args!(
        "lost      the site with all journals, and a cloud; {applications} application(s) are back from the others and handed on, \
         and {} of {} receipts hold",
        filed.len(),
        filed.len()
    ));
}

/// The table of times; as JSON the ready file itself.
pub(crate) fn ready(
    ready: &ReadyFile,
    timings: &Timings,
    file: &Path,
    json: bool,
) -> Result<(), Failure> {
    if json {
        say(format_args!("{}", serde_json::to_string(ready)?));
    } else {
        say(format_args!("{}", timings.table()));
        say(format_args!(
            "answering at {}  (credentials: {})",
            ready.gateway,
            file.display()
        ));
    }
    Ok(())
}

/// Ready-made requests.
pub(crate) fn serving(ready: &ReadyFile, file: &Path, json: bool) {
    if json {
        return;
    }
    let program = std::env::current_exe()
        .map_or_else(|_| "lifeboat".to_owned(), |path| path.display().to_string());
    let call = format!("{program} call --ready-file {}", file.display());
    let (gateway, person) = (&ready.gateway, &ready.citizen.national_id);
    let reason = "--purpose family-tracing --case-number DEMO-1";
    say(format_args!("\nIn another terminal, as a citizen:"));
    say(format_args!("  {call} --as citizen /household/v1/me"));
    say(format_args!(
        "  {call} --as citizen --curl /household/v1/me/kin | curl --config -"
    ));
    say(format_args!(
        "  {call} --as citizen /identity/v1/me/access-log"
    ));
    say(format_args!("as an officer:"));
    say(format_args!(
        "  {call} --as officer {reason} /household/v1/persons/{person}"
    ));
    say(format_args!(
        "  {call} --as officer {reason} --curl /household/v1/persons/{person}/kin | curl --config -"
    ));
    say(format_args!("without a token:"));
    say(format_args!("  curl {gateway}/readyz"));
    say(format_args!("  {gateway}/docs in a browser"));
    say(format_args!("\nCtrl-C ends it."));
}
