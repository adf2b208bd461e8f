//! `lifeboat openapi`: the documents that `openapi/` holds are written here and nowhere else.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use crate::outcome::Failure;
use crate::registry;

/// Where the documents go.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The folder; one file for each service, overwritten.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
    /// Write nothing; fail where a file differs from the code.
    #[arg(long)]
    check: bool,
}

/// Every document, by service name, as it is checked in.
fn documents() -> Result<Vec<(&'static str, String)>, Failure> {
    let capabilities = registry::CAPABILITIES
        .iter()
        .map(|capability| (capability.name, capability.openapi()));
    let services = [("identity", identity::openapi())];
    capabilities
        .chain(services)
        .map(|(name, document)| Ok((name, document.to_pretty_json()? + "\n")))
        .collect()
}

pub(crate) fn run(options: &Options) -> Result<ExitCode, Failure> {
    std::fs::create_dir_all(&options.out)?;
    for (name, document) in documents()? {
        let file = options.out.join(format!("{name}.json"));
        if !options.check {
            std::fs::write(file, document)?;
        } else if std::fs::read_to_string(&file).unwrap_or_default() != document {
            return Err(
                Failure::failed(format!("{} differs from the code", file.display()))
                    .next("run `cargo xtask openapi` and look at the change"),
            );
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_documents_are_those_of_the_code() {
        let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../openapi"));
        for (name, document) in documents().unwrap() {
            let checked_in =
                std::fs::read_to_string(folder.join(format!("{name}.json"))).unwrap_or_default();
            assert!(
                checked_in == document,
                "openapi/{name}.json differs from the code: run `cargo xtask openapi`"
            );
        }
    }
}
