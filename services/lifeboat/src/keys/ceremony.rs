//! `lifeboat keys ceremony`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use runtime::clock;
use serde_json::json;
use vault::keys::ceremony::{self, CeremonyFault};

use super::files;
use crate::outcome::{Failure, say};

/// Among whom to split.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many custodians there are.
    #[arg(long, value_name = "M", value_parser = clap::value_parser!(u8).range(2..))]
    custodians: u8,
    /// How many of them are enough to restore.
    #[arg(long, value_name = "T", value_parser = clap::value_parser!(u8).range(2..))]
    threshold: u8,
    /// The folder for master.pub and, for each custodian, a share file and a page to print.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let Options {
        custodians,
        threshold,
        out,
    } = options;
    if threshold > custodians {
        return Err(Failure::usage(format!(
            "{threshold} of {custodians} custodians can never come together"
        ))
        .next("give a --threshold that is at most --custodians"));
    }
    let new =
        ceremony::hold(*threshold, *custodians, clock::system().now()).map_err(Failure::failed)?;
    new.write(out).map_err(|fault| match fault {
        CeremonyFault::Write(fault) => files::unwritten(&fault),
        other => Failure::failed(other),
    })?;
    let fingerprint = new.master.fingerprint();
    if json {
        say(format_args!(
            "{}",
            json!({
                "ceremony": new.master.ceremony,
                "fingerprint": fingerprint,
                "threshold": threshold,
                "custodians": custodians,
                "master": out.join("master.pub"),
            })
        ));
        return Ok(ExitCode::SUCCESS);
    }
    let folder = out.display();
    say(format_args!(
        "master key made; any {threshold} of {custodians} custodians open what is sealed to it\n\
         fingerprint  {fingerprint}\n\
         for all      {folder}/master.pub\n\
         secret       {folder}/custodian-1.share … custodian-{custodians}.share, and a page to print for each (.html)"
    ));
    if threshold == custodians {
        say(format_args!(
            "warning      every custodian is needed: when one share is lost, so are all backups"
        ));
    }
    say(format_args!(
        "next         print each page, hand each custodian their share and page only, have the fingerprint written down, \
         then destroy this folder except master.pub"
    ));
    Ok(ExitCode::SUCCESS)
}
