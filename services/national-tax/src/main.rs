//! The national-tax capability as a process.

fn main() -> std::process::ExitCode {
    capability::main(national_tax::CAPABILITY)
}
