//! Programs of others that tests and benchmarks need, and how they are installed.

use std::path::{Path, PathBuf};
use std::process::Stdio;

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
    program: &'static str,
    package: &'static str,
    /// Arguments with which the program succeeds once all of the part is there.
    proof: Option<&'static [&'static str]>,
}

impl Part {
    /// A program that is there or not.
    pub(crate) const fn new(program: &'static str, package: &'static str) -> Self {
        Self {
            program,
            package,
            proof: None,
        }
    }

    /// A program that is often there without what this package adds to it: `proof` are arguments with which it succeeds only then.
    pub(crate) const fn proved(
        program: &'static str,
        package: &'static str,
        proof: &'static [&'static str],
    ) -> Self {
        Self {
            program,
            package,
            proof: Some(proof),
        }
    }

    fn is_there(&self) -> bool {
        let Some(program) = find(self.program) else {
            return false;
        };
        let Some(proof) = self.proof else {
            return true;
        };
        let succeeded = std::process::Command::new(program)
            .args(proof)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        succeeded.is_ok_and(|status| status.success())
    }
}

/// What the tests need.
pub(crate) const FOR_TESTS: [Part; 4] = [
    Part::new("postgres", "postgresql"),
    Part::new("redis-server", "redis-server"),
    Part::new("rabbitmq-server", "rabbitmq-server"),
    Part::new("promtool", "prometheus"),
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
    let is_lacking = |part: &&Part| !part.is_there();
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
            .stdin(Stdio::null())
            .stderr(Stdio::null())
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

    const NOWHERE: Part = Part::new("no-such-program", "no-such-package");
    const HALF: Part = Part::proved("sh", "no-such-package", &["-c", "exit 1"]);

    #[test]
    fn only_what_is_missing_is_asked_for() {
        let shell = Part::new("sh", "dash");
        let whole = Part::proved("sh", "dash", &["-c", "exit 0"]);
        assert_eq!(lacking(&[shell, NOWHERE, whole, HALF]), [NOWHERE, HALF]);
        assert!(by_hand(&[NOWHERE]).ends_with("sudo apt-get install no-such-package"));
    }

    #[test]
    fn programs_are_found_on_the_path() {
        assert!(find("sh").is_some());
        assert_eq!(find(NOWHERE.program), None);
    }
}
