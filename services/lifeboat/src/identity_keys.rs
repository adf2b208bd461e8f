//! `lifeboat identity …`: what an operator does to identity's keys.

use std::process::ExitCode;

use clap::Subcommand;
use runtime::clock;

use crate::outcome::{Failure, say};
use crate::settings::Settings;

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum IdentityCommand {
    /// Signs with the next key from now on, for example when the current one may have leaked. Copies that are running
    /// follow within a second; tokens that are out keep their validity until they expire.
    RotateSigningKey,
}

pub(crate) async fn run(
    command: IdentityCommand,
    settings: Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let IdentityCommand::RotateSigningKey = command;
    let identity = settings.identity.ok_or_else(|| {
        Failure::usage("no identity is configured")
            .next("name it under [identity] in lifeboat.toml")
    })?;
    let parts = identity::Parts {
        clock: clock::system(),
    };
    let kid = identity::rotate_signing_key(&identity, &parts)
        .await
        .map_err(Failure::failed)?;
    if json {
        say(format_args!(
            "{}",
            serde_json::json!({ "signing_key": kid })
        ));
    } else {
        say(format_args!("signing with {kid} now"));
    }
    Ok(ExitCode::SUCCESS)
}
