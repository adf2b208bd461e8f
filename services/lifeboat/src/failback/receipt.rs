//! `lifeboat failback receipt`

use std::path::PathBuf;
use std::process::ExitCode;

use access::keys::KeySet;
use clap::Args;
use journal::receipt::Receipt;

use crate::outcome::{Failure, say, say_result};

/// Which receipt, and whose keys.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The receipt: the text that the answer, or the QR code, carries.
    #[arg(value_name = "RECEIPT")]
    receipt: String,
    /// The public keys, as `/SYSTEM/v1/receipt-keys` gave them out once (JSON Web Key Set).
    #[arg(long, value_name = "FILE")]
    keys: PathBuf,
}

pub(crate) fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let wrong = |said: String| Failure::usage(format!("{}: {said}", options.keys.display()));
    let text = std::fs::read_to_string(&options.keys).map_err(|error| wrong(error.to_string()))?;
    let keys = KeySet::from_jwks(&text).map_err(|fault| wrong(fault.to_string()))?;
    let receipt = Receipt::verify(&options.receipt, &keys)
        .map_err(|fault| Failure::refused(format!("the receipt does not hold: {fault}")))?;
    say_result(&receipt, json, |receipt| {
        say(format_args!(
            "the receipt holds: {} filed {} with {} at {} (application {})",
            receipt.sub,
            receipt.kind,
            receipt.iss,
            chrono::DateTime::from_timestamp(receipt.iat, 0).unwrap_or_default(),
            receipt.jti
        ));
    })?;
    Ok(ExitCode::SUCCESS)
}
