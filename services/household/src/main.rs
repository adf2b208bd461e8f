//! The household capability as a process.

fn main() -> std::process::ExitCode {
    capability::main(household::CAPABILITY)
}
