//! `cargo xtask openapi`: the checked-in descriptions, from the code.

use clap::Args;

use crate::Failure;
use crate::commands::{cargo, run as run_command};
use crate::interrupt::Interrupt;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Change nothing; fail when code and files differ
    #[arg(long)]
    check: bool,
}

/// Writes `openapi/`, or compares it.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut interrupt = Interrupt::listen()?;
    let mut command = cargo(&[
        "run", "--quiet", "-p", "lifeboat", "--", "openapi", "--out", "openapi",
    ]);
    if arguments.check {
        command.arg("--check");
    }
    run_command(&mut command, &mut interrupt).await
}
