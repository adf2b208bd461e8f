//! `cargo xtask test`: what the tests need is started, they are run, and it is stopped.

mod outcome;

use std::process::Stdio;

use clap::Args;
use test_support::{postgres, rabbitmq, redis};
use tokio::io::{AsyncBufReadExt, BufReader};

use crate::Failure;
use crate::commands::{Group, cargo, run as run_command, words};
use crate::emulators::Emulators;
use crate::interrupt::Interrupt;
use crate::{images, kubernetes, parts};
use outcome::Outcome;

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// For `cargo test`, as in: -- -p household --test http
    #[arg(last = true)]
    cargo: Vec<String>,
}

/// Runs the tests; a failure unless all passed and none was ignored.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    // First of all, so that whatever is started below is also stopped.
    let mut interrupt = Interrupt::listen()?;
    parts::provide(&parts::FOR_TESTS, &mut interrupt).await?;
    if starts_programs(&arguments.cargo) {
        // With the tests: programs alone would have every dependency compiled twice, for other features.
        run_command(
            &mut cargo(&["build", "--workspace", "--all-targets"]),
            &mut interrupt,
        )
        .await?;
    }
    let with_broker = needs_broker(&arguments.cargo);
    let (postgres, redis, rabbitmq) = tokio::task::spawn_blocking(move || {
        let rabbitmq = with_broker.then(rabbitmq::Server::start);
        (postgres::Server::start(), redis::Server::start(), rabbitmq)
    })
    .await
    .map_err(|_| "the servers that the tests need did not start")?;

    let emulators = if needs_clouds(&arguments.cargo) {
        Some(Emulators::start(&mut interrupt).await?)
    } else {
        None
    };

    let checkers = if renders(&arguments.cargo) {
        kubernetes::provide(&mut interrupt).await?.variables()
    } else {
        Vec::new()
    };

    let image_checker = if builds_images(&arguments.cargo) {
        images::provide_for_tests(&mut interrupt).await?
    } else {
        Vec::new()
    };

    let mut command = cargo(&["test", "--no-fail-fast"]);
    command.envs(checkers).envs(image_checker);
    command.envs(emulators.iter().flat_map(Emulators::variables));
    if !names_packages(&arguments.cargo) {
        command.arg("--workspace");
    }
    command
        .args(&arguments.cargo)
        .env(postgres::VARIABLE, postgres.url())
        .env(redis::VARIABLE, redis.url())
        .envs(
            rabbitmq
                .iter()
                .map(|broker| (rabbitmq::VARIABLE, broker.url())),
        )
        .stdout(Stdio::piped());
    eprintln!("+ {}", words(&command));
    let mut tests = Group::start(&mut command)?;
    let printed = tests.child().stdout.take();
    let reading = tokio::spawn(async move {
        let mut outcome = Outcome::default();
        if let Some(printed) = printed {
            let mut lines = BufReader::new(printed).lines();
            while let Ok(Some(line)) = lines.next_line().await {
                println!("{line}");
                outcome.read(&line);
            }
        }
        outcome
    });
    let status = tests.wait(&mut interrupt).await?;
    let outcome = reading.await?;
    eprintln!("{outcome}");
    if !status.success() {
        return Err(format!("tests failed ({status})").into());
    }
    outcome.all_ran()
}

/// Whether the arguments name packages themselves, so that `--workspace` would contradict them.
fn names_packages(arguments: &[String]) -> bool {
    arguments
        .iter()
        .take_while(|argument| *argument != "--")
        .any(|argument| argument.starts_with("-p") || argument.starts_with("--package"))
}

/// Whether tests of one of these packages may run.
fn may_run(arguments: &[String], packages: &[&str]) -> bool {
    !names_packages(arguments)
        || arguments.iter().any(|argument| {
            let named = argument.strip_prefix("--package=").unwrap_or(argument);
            packages.contains(&named)
        })
}

/// Whether tests may run that start the project's programs, which must be built then.
fn starts_programs(arguments: &[String]) -> bool {
    may_run(arguments, &["end-to-end", "deployment"])
}

/// Whether tests may run that store something in clouds, whose emulators take a while to start.
fn needs_clouds(arguments: &[String]) -> bool {
    may_run(arguments, &["vault", "lifeboat", "end-to-end"])
}

/// Whether tests may run that render the chart.
fn renders(arguments: &[String]) -> bool {
    may_run(arguments, &["deployment", "end-to-end"])
}

/// Whether tests may run that build images, and look into the lists of what the programs are made of.
fn builds_images(arguments: &[String]) -> bool {
    may_run(arguments, &["images"])
}

/// Whether tests may run that hand messages to the broker, which takes a while to start.
fn needs_broker(arguments: &[String]) -> bool {
    may_run(arguments, &["journal", "lifeboat", "end-to-end"])
}

#[cfg(test)]
mod tests {
    use super::{
        builds_images, names_packages, needs_broker, needs_clouds, renders, starts_programs,
    };

    fn arguments(line: &str) -> Vec<String> {
        line.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn a_named_package_is_tested_alone() {
        assert!(names_packages(&arguments("-p household --test http")));
        assert!(names_packages(&arguments("--package=household")));
        assert!(!names_packages(&arguments("some_test -- --package")));
    }

    #[test]
    fn clouds_are_started_for_whoever_stores_in_them() {
        assert!(needs_clouds(&[]));
        assert!(needs_clouds(&arguments("-p vault --test clouds")));
        assert!(!needs_clouds(&arguments("-p household")));
    }

    #[test]
    fn the_broker_is_started_for_whoever_talks_to_it() {
        assert!(needs_broker(&[]));
        assert!(needs_broker(&arguments("-p journal")));
        assert!(!needs_broker(&arguments("-p vault")));
    }

    #[test]
    fn helm_is_there_for_whoever_renders() {
        assert!(renders(&[]) && renders(&arguments("-p deployment")));
        assert!(!renders(&arguments("-p vault")));
    }

    #[test]
    fn a_builder_is_there_for_whoever_builds_images() {
        assert!(builds_images(&[]) && builds_images(&arguments("--package images")));
        assert!(!builds_images(&arguments("-p deployment")));
    }

    #[test]
    fn programs_are_built_for_whoever_starts_them() {
        assert!(starts_programs(&[]));
        assert!(starts_programs(&arguments("-p end-to-end")));
        assert!(starts_programs(&arguments("-p deployment")));
        assert!(!starts_programs(&arguments("-p household")));
    }
}
