//! The gateway's process.

fn main() -> std::process::ExitCode {
    runtime::process::run(|settings| gateway::start(settings, gateway::Parts::default()))
}
