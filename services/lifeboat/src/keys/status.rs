//! `lifeboat keys status`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use vault::keys::{Census, CustodianFile, Custodians, Finding, MasterPublic};

use super::files;
use crate::outcome::{Failure, say};

/// What to look at.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The master.pub of the ceremony.
    #[arg(long, value_name = "FILE")]
    master: PathBuf,
    /// The session.key, to look into contributions too.
    #[arg(long, value_name = "FILE")]
    session_key: Option<PathBuf>,
    /// Shares and contributions.
    #[arg(value_name = "FILE")]
    files: Vec<PathBuf>,
}

/// Exit code 1 if a file is corrupt or foreign.
pub(super) fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let master = files::master(&options.master)?;
    let key = options
        .session_key
        .as_deref()
        .map(files::session_key)
        .transpose()?;
    let files: Vec<CustodianFile> = options
        .files
        .iter()
        .map(|path| files::custodian(path))
        .collect::<Result<_, _>>()?;
    let census = Custodians::inspect(&master, &files, key.as_ref());
    if json {
        say(format_args!(
            "{}",
            json!({
                "ceremony": master.ceremony,
                "fingerprint": master.fingerprint(),
                "created": master.created,
                "threshold": census.threshold,
                "custodians": census.custodians,
                "good": census.good,
                "lacking": census.lacking(),
                "absent": census.absent().collect::<Vec<_>>(),
                "files": census.files,
            })
        ));
    } else {
        show(&master, &census);
    }
    let spoilt = census.files.iter().any(|found| {
        matches!(
            found.finding,
            Finding::Corrupt { .. } | Finding::Foreign { .. }
        )
    });
    Ok(ExitCode::from(u8::from(spoilt)))
}

fn show(master: &MasterPublic, census: &Census) {
    say(format_args!(
        "ceremony     {} of {}\nfingerprint  {}",
        master.ceremony,
        master.created.format("%Y-%m-%d %H:%M UTC"),
        master.fingerprint()
    ));
    for found in &census.files {
        say(format_args!("{}  {}", found.file, found.finding));
    }
    let good = census.good.len();
    let (threshold, custodians) = (census.threshold, census.custodians);
    let lacking = census.lacking();
    if lacking == 0 {
        say(format_args!(
            "{good} of {custodians} custodians are here and {threshold} are needed: enough to restore"
        ));
    } else {
        let absent: Vec<String> = census.absent().map(|i| i.to_string()).collect();
        say(format_args!(
            "{good} of {custodians} custodians are here and {threshold} are needed: {lacking} more must come, any of custodian {}",
            absent.join(", ")
        ));
    }
}
