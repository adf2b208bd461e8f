//! How the programs are compiled: static, and without a word of the folders in which it was done.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::workspace::{Program, Workspace};
use crate::{TARGET, cargo};

/// The profile in `Cargo.toml`.
pub const PROFILE: &str = "image";

/// Debian's C compiler for the target's C library, for what is written in C.
pub const C_COMPILER: &str = "musl-gcc";

/// When C is said to be compiled, by what writes it into a program (`__DATE__`, `__TIME__`), in seconds since 1970: always then. Another
/// time for each commit would be found only in what was compiled anew for it.
const COMPILED_AT: &str = "0";

/// What the folders of this machine are called in the programs instead.
const OWN: &str = "/lifeboat";
const OTHERS: &str = "/crates";

/// The command that compiles these programs.
///
/// All programs are named to cargo, also where few are wanted: what is switched on in a package that several need is then always the same,
/// and so is the program.
#[must_use]
pub fn command(workspace: &Workspace, wanted: &[&Program]) -> Command {
    let mut command = cargo();
    command.current_dir(workspace.root());
    command.args(["build", "--locked", "--profile", PROFILE]);
    command.args(["--target", TARGET, "--target-dir"]);
    command.arg(folder(workspace));
    for program in workspace.programs() {
        command.args(["--package", &program.name]);
    }
    for program in wanted {
        command.args(["--bin", &program.name]);
    }
    let target = TARGET.replace('-', "_");
    let renamed = |option: &str, separator: &str| {
        let own = format!("{option}{}={OWN}", workspace.root().display());
        let others = workspace.folders_of_others().into_iter();
        let others = others.map(|folder| format!("{option}{}={OTHERS}", folder.display()));
        others.chain([own]).collect::<Vec<_>>().join(separator)
    };
    command
        .env(
            "CARGO_ENCODED_RUSTFLAGS",
            renamed("--remap-path-prefix=", "\x1f"),
        )
        .env(format!("CC_{target}"), C_COMPILER)
        .env(
            format!("CFLAGS_{target}"),
            renamed("-ffile-prefix-map=", " "),
        )
        .env("SOURCE_DATE_EPOCH", COMPILED_AT)
        .env("CARGO_INCREMENTAL", "0");
    command
}

/// The program that [`command`] makes.
#[must_use]
pub fn compiled(workspace: &Workspace, program: &Program) -> PathBuf {
    folder(workspace)
        .join(TARGET)
        .join(PROFILE)
        .join(&program.name)
}

fn folder(workspace: &Workspace) -> PathBuf {
    workspace.root().join("target")
}

/// Whether the compiler has the target's standard library.
#[must_use]
pub fn has_target(root: &Path) -> bool {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(root);
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    crate::said(&mut rustc).is_ok_and(|folder| Path::new(folder.trim()).is_dir())
}
