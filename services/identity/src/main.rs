//! Identity as a process of its own.

fn main() -> std::process::ExitCode {
    identity::main()
}
