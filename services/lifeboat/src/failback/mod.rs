//! `lifeboat failback …`: what people filed goes back to the agencies, and what these decide comes back to the people.

mod ack;
mod export;
mod parked;
mod receipt;

use std::process::ExitCode;

use clap::Subcommand;

use crate::outcome::Failure;
use crate::settings::Settings;

/// What to hand back, or to take back.
#[derive(Debug, Subcommand)]
pub(crate) enum FailbackCommand {
    /// Writes what was filed since the last export as signed data packages, one for each system, in the order of filing.
    Export(export::Options),
    /// Takes over what an agency accepted, rejected or asks for, from a CSV file: all of it, or nothing.
    Ack(ack::Options),
    /// Lists messages to an agency that could not be delivered, puts one back, or drops it.
    Parked(parked::Options),
    /// Checks a receipt offline, with nothing but the public keys.
    Receipt(receipt::Options),
}

pub(crate) async fn run(
    command: FailbackCommand,
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    match command {
        FailbackCommand::Export(options) => export::run(options, settings, json).await,
        FailbackCommand::Ack(options) => ack::run(options, settings, json).await,
        FailbackCommand::Parked(options) => parked::run(options, settings, json).await,
        FailbackCommand::Receipt(options) => receipt::run(&options, json),
    }
}
