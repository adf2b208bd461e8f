//! `cargo xtask fuzz`: bytes that a parser of the vault does not survive are looked for, guided by coverage.
//!
//! libFuzzer needs counters in the code, which stable compilers can put there; only its sanitizers need a nightly one, and the vault
//! has no unsafe code of its own for them to watch. What was found before is tried by every `cargo xtask test`.

use std::fs;
use std::path::Path;

use clap::Args;
use tokio::process::Command;

use crate::commands::{Group, cargo, run as run_command};
use crate::interrupt::Interrupt;
use crate::{Failure, root};

/// Counters of edges and of comparisons, as libFuzzer reads them.
const FLAGS: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// The most memory that a target may take.
const MEMORY: &str = "-rss_limit_mb=1024";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// How long, shared among the targets
    #[arg(long, value_name = "N", default_value_t = 10)]
    minutes: u64,
    /// Only these targets [default: all, each a folder of fuzz/corpus]
    #[arg(value_name = "TARGET")]
    targets: Vec<String>,
}

/// Builds the targets with counters and runs each for its share of the time. Whatever breaks one is kept in the corpus.
///
/// # Errors
/// When a target breaks; the others are still run.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut interrupt = Interrupt::listen()?;
    let (fuzz, output) = (root().join("fuzz"), root().join("target/fuzz"));
    let mut build = cargo(&[
        "build",
        "--release",
        "--target",
        &host()?,
        "--manifest-path",
    ]);
    build
        .arg(fuzz.join("Cargo.toml"))
        .env("CARGO_TARGET_DIR", &output)
        .env("RUSTFLAGS", FLAGS);
    run_command(&mut build, &mut interrupt).await?;
    let program = output.join(host()?).join("release/fuzz");
    let targets = if arguments.targets.is_empty() {
        known(&fuzz.join("corpus"))?
    } else {
        arguments.targets.clone()
    };
    let seconds = (arguments.minutes * 60 / targets.len().max(1) as u64).max(1);
    let mut broken = Vec::new();
    for target in targets {
        // New inputs go beside the build, and only what breaks something among the sources.
        let (seeds, found) = (
            fuzz.join("corpus").join(&target),
            output.join("found").join(&target),
        );
        fs::create_dir_all(&found)?;
        let mut fuzzer = Command::new(&program);
        fuzzer
            .arg(format!("-max_total_time={seconds}"))
            .args([
                "-timeout=10",
                "-print_final_stats=1",
                "-verbosity=0",
                MEMORY,
            ])
            .arg(format!("-artifact_prefix={}/", seeds.display()))
            .arg(found)
            .arg(&seeds)
            .env("LIFEBOAT_FUZZ_TARGET", &target);
        eprintln!("{target}:");
        let status = Group::start(&mut fuzzer)?.wait(&mut interrupt).await?;
        if !status.success() {
            broken.push(target);
        }
    }
    if broken.is_empty() {
        return Ok(());
    }
    let broken = broken.join(", ");
    Err(format!("{broken}: see what libFuzzer said above; the bytes are in fuzz/corpus").into())
}

fn known(corpus: &Path) -> Result<Vec<String>, Failure> {
    let mut names = Vec::new();
    for folder in fs::read_dir(corpus)? {
        names.push(folder?.file_name().to_string_lossy().into_owned());
    }
    names.sort();
    Ok(names)
}

/// The platform, which must be named so that build scripts get no counters.
fn host() -> Result<String, Failure> {
    let said = std::process::Command::new("rustc").arg("-vV").output()?;
    let said = String::from_utf8(said.stdout)?;
    let host = said.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(host
        .ok_or("rustc does not say what it builds for")?
        .to_owned())
}
