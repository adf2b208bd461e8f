//! The images of the programs: the recipe by which each is built, the list of what it is made of, and the proof that nothing else is in it.
//! `cargo xtask images` compiles the programs and runs the builder; the promises that hold for every image are [`promises`].

pub mod archive;
pub mod builder;
pub mod commit;
pub mod compile;
pub mod context;
mod dependencies;
pub mod digests;
mod lock;
pub mod promises;
mod roots;
pub mod sbom;
pub mod workspace;

/// Why there is no image, in words for the person at the terminal.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The machines that the images run on: a program for these needs no library of its system.
pub const TARGET: &str = "x86_64-unknown-linux-musl";

/// Where the program is in its image.
pub const PROGRAM: &str = "program";

/// Where the list of what it is made of is in its image (CycloneDX 1.6, JSON).
pub const SBOM: &str = "sbom.cdx.json";

/// Where the roots of the world's certificates are in the image.
pub const ROOTS: &str = "etc/ssl/certs/ca-certificates.crt";

/// Standard output of a program that had to succeed.
fn said(command: &mut std::process::Command) -> Result<String, Failure> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = command
        .stdin(std::process::Stdio::null())
        .output()
        .map_err(|error| format!("cannot start {program}: {error}"))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr);
        return Err(format!("{program}: {}", words.trim()).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// The cargo that runs us.
fn cargo() -> std::process::Command {
    std::process::Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
}
