//! The health-enrolment capability as a process.

fn main() -> std::process::ExitCode {
    capability::main(health_enrolment::CAPABILITY)
}
