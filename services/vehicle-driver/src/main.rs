//! The vehicle-driver capability as a process.

fn main() -> std::process::ExitCode {
    capability::main(vehicle_driver::CAPABILITY)
}
