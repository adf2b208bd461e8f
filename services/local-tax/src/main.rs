//! The local-tax capability as a process.

fn main() -> std::process::ExitCode {
    capability::main(local_tax::CAPABILITY)
}
