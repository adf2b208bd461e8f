//! `lifeboat keys contribute`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use vault::keys::{Contribution, CustodianShare, Fresh};

use super::files;
use crate::outcome::{Failure, say};

/// Which share goes to which session.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The custodian's share file.
    #[arg(long, value_name = "FILE")]
    share: PathBuf,
    /// The session.pub of the restoring machine.
    #[arg(long, value_name = "FILE")]
    session: PathBuf,
    /// The contribution to write; it may be sent over any channel.
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
    /// The session's fingerprint as it was read to you; another session is refused.
    #[arg(long, value_name = "TEXT")]
    fingerprint: Option<String>,
}

pub(super) fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let session = files::session(&options.session)?;
    let fingerprint = session.fingerprint();
    if let Some(told) = &options.fingerprint
        && told.trim() != fingerprint
    {
        return Err(Failure::refused(format!(
            "{} has the fingerprint {fingerprint}, not the one that you were told",
            options.session.display()
        ))
        .next("contribute nothing; call the person who restores on a number that you know"));
    }
    let file = files::custodian(&options.share)?;
    let share = CustodianShare::from_bytes(&file.bytes)
        .map_err(|fault| Failure::failed(format!("{}: {fault}", file.name)))?;
    let contribution = Contribution::new(&share, &session).map_err(Failure::failed)?;
    let bytes = contribution.to_bytes()?;
    files::write(&options.out, |name| Fresh::public(name, bytes))?;
    let i = share.custodian();
    if json {
        say(format_args!(
            "{}",
            json!({
                "custodian": i,
                "ceremony": share.ceremony(),
                "session": session.session,
                "fingerprint": fingerprint,
                "contribution": options.out,
            })
        ));
        return Ok(ExitCode::SUCCESS);
    }
    say(format_args!(
        "contribution of custodian {i} written to {}\n\
         fingerprint  {fingerprint}",
        options.out.display()
    ));
    if options.fingerprint.is_none() {
        say(format_args!(
            "next         compare the fingerprint with the person who restores, by telephone, before you send the file"
        ));
    }
    Ok(ExitCode::SUCCESS)
}
