//! `lifeboat keys …`: the master key among its custodians. None of it uses a network.

mod ceremony;
mod contribute;
mod files;
mod services;
mod session;
mod status;
mod words;

use std::process::ExitCode;

use clap::Subcommand;

use crate::outcome::Failure;

/// What to do with the master key and its custodians' shares.
#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// Makes a master key and splits it among custodians. Run it on a machine without a network.
    Ceremony(ceremony::Options),
    /// Makes a custodian's share file again from the 24 words of the printed page, read from standard input.
    Words(words::Options),
    /// Makes the keys of a site's services, as files and as Secrets of Kubernetes.
    Services(services::Options),
    /// Opens a restore session, to which custodians contribute from their own machines.
    Session(session::Options),
    /// Gives a custodian's share to one restore session, sealed so that only that session can open it.
    Contribute(contribute::Options),
    /// Says which shares and contributions are good, corrupt or foreign, and who is missing.
    Status(status::Options),
}

/// Runs a command. Exit codes: 0 done, 1 failed, 2 usage, 3 refused for safety.
pub(crate) fn run(command: KeysCommand, json: bool) -> Result<ExitCode, Failure> {
    match command {
        KeysCommand::Ceremony(options) => ceremony::run(&options, json),
        KeysCommand::Words(options) => words::run(&options, json),
        KeysCommand::Services(options) => services::run(&options),
        KeysCommand::Session(options) => session::run(&options, json),
        KeysCommand::Contribute(options) => contribute::run(&options, json),
        KeysCommand::Status(options) => status::run(&options, json),
    }
}
