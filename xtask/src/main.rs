//! The project's own commands: `cargo xtask --help`.
use std::process::ExitCode;

fn main() -> ExitCode {
    xtask::run()
}
