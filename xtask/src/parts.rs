//! Programs of others that tests and benchmarks need, and how they are installed.

use std::path::{Path, PathBuf};

use tokio::process::Command;

use crate::Failure;
use crate::commands::run;
use crate::interrupt::Interrupt;

/// The file by which Debian's packages ask whether they may start a service.
const SERVICE_POLICY: &str = "/usr/sbin/policy-rc.d";

/// Not left to the packages' questions, and patient with another installation that is running.
const APT: [&str; 4] = ["apt-get", "-o", "DPkg::Lock::Timeout=600", "--yes"];

/// A program of somebody else, and the Debian package that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) program: &'static str,
    pub(crate) package: &'static str,
}

/// What the tests need.
pub(crate) const FOR_TESTS: [Part; 3] = [
    Part {
        program: "postgres",
        package: "postgresql",
    },
    Part {
        program: "redis-server",
        package: "redis-server",
    },
    Part {
        program: "rabbitmq-server",
        package: "rabbitmq-server",
    },
];

/// Where a part's program is, if it is installed.
pub(crate) fn find(program: &str) -> Option<PathBuf> {
    let of_postgres = test_support::postgres::program(program);
    if of_postgres.is_absolute() {
        return Some(of_postgres);
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        // Debian keeps servers where only root looks.
        .chain([PathBuf::from("/usr/sbin"), PathBuf::from("/sbin")])
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// Installs those that are lacking, and nothing else.
///
/// # Errors
/// Where that cannot be done: the words say what to install by hand.
pub(crate) async fn provide(parts: &[Part], interrupt: &mut Interrupt) -> Result<(), Failure> {
    let lacking = lacking(parts);
    if lacking.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = lacking.iter().map(|part| part.package).collect();
    let by_hand = || by_hand(&lacking);
    if find("apt-get").is_none() {
        return Err(by_hand().into());
    }
    let privilege = Privilege::find().ok_or_else(by_hand)?;
    let _policy = KeepServicesStopped::begin(privilege)?;
    let install = || {
        let mut command = privilege.command(&APT);
        command
            .args(["install", "--no-install-recommends"])
            .args(&packages);
        command
    };
    if run(&mut install(), interrupt).await.is_err() {
        // The usual reason on a new machine: the lists of packages are missing or old.
        run(privilege.command(&APT).arg("update"), interrupt).await?;
        run(&mut install(), interrupt).await?;
    }
    match self::lacking(parts) {
        still if still.is_empty() => Ok(()),
        still => Err(self::by_hand(&still).into()),
    }
}

fn lacking(parts: &[Part]) -> Vec<Part> {
    let is_lacking = |part: &&Part| find(part.program).is_none();
    parts.iter().filter(is_lacking).copied().collect()
}

fn by_hand(lacking: &[Part]) -> String {
    let programs: Vec<&str> = lacking.iter().map(|part| part.program).collect();
    let packages: Vec<&str> = lacking.iter().map(|part| part.package).collect();
    format!(
        "{} not found and cannot be installed from here. Install them and try again; on Debian: sudo apt-get install {}",
        programs.join(", "),
        packages.join(" ")
    )
}

/// How a command is run as root.
#[derive(Debug, Clone, Copy)]
enum Privilege {
    Root,
    Sudo,
}

impl Privilege {
    /// None where we are not root and may not become it without being asked for a password.
    fn find() -> Option<Self> {
        use std::os::unix::fs::MetadataExt;
        if std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0) {
            return Some(Self::Root);
        }
        let allowed = std::process::Command::new("sudo")
            .args(["-n", "true"])
            .stdin(std::process::Stdio::null())
            .stderr(std::process::Stdio::null())
            .status();
        allowed
            .is_ok_and(|status| status.success())
            .then_some(Self::Sudo)
    }

    fn words<'a>(self, words: &[&'a str]) -> Vec<&'a str> {
        let quiet = ["env", "DEBIAN_FRONTEND=noninteractive"];
        let sudo: &[&str] = match self {
            Self::Root => &[],
            Self::Sudo => &["sudo", "-n"],
        };
        [sudo, &quiet, words].concat()
    }

    fn command(self, words: &[&str]) -> Command {
        let words = self.words(words);
        let mut command = Command::new(words[0]);
        command.args(&words[1..]);
        command
    }

    fn run_now(self, words: &[&str]) -> Result<(), Failure> {
        let words = self.words(words);
        let status = std::process::Command::new(words[0])
            .args(&words[1..])
            .status()?;
        if status.success() {
            Ok(())
        } else {
            Err(format!("{}: {status}", words.join(" ")).into())
        }
    }
}

/// While it lives, packages that are installed do not start their services: the tests start their own.
#[derive(Debug)]
struct KeepServicesStopped(Option<Privilege>);

impl KeepServicesStopped {
    fn begin(privilege: Privilege) -> Result<Self, Failure> {
        if Path::new(SERVICE_POLICY).exists() {
            return Ok(Self(None));
        }
        let write = format!(
            "printf '#!/bin/sh\\nexit 101\\n' > {SERVICE_POLICY} && chmod 755 {SERVICE_POLICY}"
        );
        privilege.run_now(&["sh", "-c", &write])?;
        Ok(Self(Some(privilege)))
    }
}

impl Drop for KeepServicesStopped {
    fn drop(&mut self) {
        if let Some(privilege) = self.0
            && let Err(failure) = privilege.run_now(&["rm", "-f", SERVICE_POLICY])
        {
            eprintln!("remove {SERVICE_POLICY} by hand: {failure}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Part, by_hand, find, lacking};

    const NOWHERE: Part = Part {
        program: "no-such-program",
        package: "no-such-package",
    };

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let shell = Part {
            program: "sh",
            package: "dash",
        };
        assert_eq!(lacking(&[shell, NOWHERE]), [NOWHERE]);
        assert!(by_hand(&[NOWHERE]).ends_with("sudo apt-get install no-such-package"));
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find("sh").is_some());
        assert_eq!(find(NOWHERE.program), None);
    }
}
