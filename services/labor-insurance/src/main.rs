//! The labor-insurance capability as a process.

fn main() -> std::process::ExitCode {
    capability::main(labor_insurance::CAPABILITY)
}
