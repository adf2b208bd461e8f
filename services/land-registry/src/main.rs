//! The land-registry capability as a process.

fn main() -> std::process::ExitCode {
    capability::main(land_registry::CAPABILITY)
}
