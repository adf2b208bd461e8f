//! `lifeboat backup verify`

use std::process::ExitCode;

use clap::Args;
use vault::keep::{Scope, Scrubbed, scrub};
use vault::restore::Size;

use super::keeper::{KeeperOptions, Known};
use crate::outcome::{Failure, say, say_result};
use crate::restore::{failure, tick, warn};

/// How many objects at fault are shown one by one.
const SHOWN: usize = 50;

/// What to verify.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    keeper: KeeperOptions,
    /// Only what the newest restore point needs [default: every restore point].
    #[arg(long)]
    newest: bool,
}

pub(crate) async fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let keeper = Known::read(&options.keeper)?.keeper().await?;
    let scope = if options.newest {
        Scope::Newest
    } else {
        Scope::All
    };
    let scrubbed = scrub(&keeper, scope, &tick(json, "verifying")).await;
    let scrubbed = scrubbed.map_err(|error| failure(&error))?;
    say_result(&scrubbed, json, tell)?;
    if scrubbed.wrong.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let said = format!(
        "{} object(s) or cloud(s) are missing or wrong",
        scrubbed.wrong.len()
    );
    Err(Failure::failed(said).next(
        "nothing was changed; `lifeboat backup status` says how many more losses the newest backup survives, and \
         `lifeboat backup repair --deep` puts back what it can",
    ))
}

fn tell(scrubbed: &Scrubbed) {
    for wrong in scrubbed.wrong.iter().take(SHOWN) {
        say(format_args!(
            "cloud {} ({}): {} {} {}{}{}",
            wrong.number,
            wrong.cloud,
            wrong.what,
            wrong.object,
            wrong.kind,
            if wrong.detail.is_empty() { "" } else { ": " },
            wrong.detail
        ));
    }
    if scrubbed.wrong.len() > SHOWN {
        say(format_args!(
            "and {} more; see --json",
            scrubbed.wrong.len() - SHOWN
        ));
    }
    say(format_args!(
        "{} restore point(s): {} object(s) are right, {} downloaded",
        scrubbed.points,
        scrubbed.right,
        Size(scrubbed.bytes)
    ));
    scrubbed.warnings.iter().for_each(|words| warn(words));
}
