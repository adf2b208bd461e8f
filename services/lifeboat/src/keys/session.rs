//! `lifeboat keys session`

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use runtime::clock;
use serde_json::json;
use vault::keys::{Fresh, open_session, write_new};

use super::files;
use crate::outcome::{Failure, say};

/// Where to.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder for session.pub, which goes to the custodians, and session.key, which stays.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

pub(super) fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let (public, key) = open_session(clock::system().now()).map_err(Failure::failed)?;
    let written = [
        Fresh::secret("session.key", key.to_bytes()?),
        Fresh::public("session.pub", public.to_bytes()?),
    ];
    write_new(&options.out, &written).map_err(|fault| files::unwritten(&fault))?;
    let fingerprint = public.fingerprint();
    let folder = options.out.display();
    if json {
        say(format_args!(
            "{}",
            json!({ "session": public.session, "fingerprint": fingerprint, "folder": options.out })
        ));
    } else {
        say(format_args!(
            "session      {}\n\
             fingerprint  {fingerprint}\n\
             next         send {folder}/session.pub to the custodians and read the fingerprint to each by telephone; keep \
             {folder}/session.key here and delete it after the restore",
            public.session
        ));
    }
    Ok(ExitCode::SUCCESS)
}
