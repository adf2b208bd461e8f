//! `lifeboat keys words`

use std::io::{IsTerminal as _, Read as _};
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use serde_json::json;
use vault::keys::{CustodianShare, Fresh};

use super::files;
use crate::outcome::{Failure, say};

/// Whose words.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The master.pub of the ceremony.
    #[arg(long, value_name = "FILE")]
    master: PathBuf,
    /// The custodian's number, as on the page.
    #[arg(long, value_name = "I", value_parser = clap::value_parser!(u8).range(1..))]
    custodian: u8,
    /// The share file to write [default: custodian-I.share].
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// 24 words have far fewer bytes.
const AT_MOST: u64 = 4096;

pub(super) fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let master = files::master(&options.master)?;
    let i = options.custodian;
    if i > master.custodians {
        return Err(Failure::usage(format!(
            "there is no custodian {i}: the ceremony had {}",
            master.custodians
        )));
    }
    ask();
    // Read once into a buffer that never grows, so that no copy is left behind.
    let mut text = zeroize::Zeroizing::new(String::with_capacity(8192));
    std::io::stdin().take(AT_MOST).read_to_string(&mut text)?;
    let share = CustodianShare::from_words(&master, i, &text).map_err(|fault| {
        Failure::failed(fault)
            .next("compare every word with the page, and the number with --custodian")
    })?;
    let bytes = share.to_bytes().map_err(Failure::failed)?;
    let out = options
        .out
        .clone()
        .unwrap_or_else(|| format!("custodian-{i}.share").into());
    files::write(&out, |name| Fresh::secret(name, bytes))?;
    if json {
        say(format_args!("{}", json!({ "custodian": i, "share": out })));
    } else {
        say(format_args!(
            "the words are those of custodian {i}; {} holds the share",
            out.display()
        ));
    }
    Ok(ExitCode::SUCCESS)
}

#[expect(clippy::print_stderr, reason = "a question is no result")]
fn ask() {
    if std::io::stdin().is_terminal() {
        eprintln!("type the 24 words of the page, then Ctrl-D on a new line:");
    }
}
