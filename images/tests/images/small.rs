//! A small program, and its image.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::Duration;

use images::archive::Image;
use images::builder::Builder;
use images::commit::Commit;
use images::context::{self, Arguments, Contents};
use images::promises::{self, Wanted};
use images::workspace::Program;

/// The name of its image.
pub(crate) const NAME: &str = "registry.example/lifeboat/small:1.2.3";

/// How long anything may take to start or to end, on a machine that does other things too.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A stand-in for the list of what it is made of, where that is not what is tested.
const SBOM: &str = "{\"bomFormat\": \"CycloneDX\"}\n";

/// A place for one image and all that it is made from.
pub(crate) struct Place(tempfile::TempDir);

pub(crate) fn done(command: &mut Command) -> Output {
    let output = command.output().unwrap_or_else(|error| {
        panic!("{command:?}: {error}: run `cargo xtask test`, which installs what the tests need")
    });
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {words}");
    output
}

/// The commit that every image here is of.
pub(crate) fn commit() -> Commit {
    Commit {
        revision: "0123456789abcdef0123456789abcdef01234567".to_owned(),
        seconds: 1_795_996_800,
        created: "2026-11-30T00:00:00Z".to_owned(),
        source: Some("https://git.example/lifeboat".to_owned()),
    }
}

pub(crate) fn labels() -> Arguments {
    let program = Program {
        name: "small".to_owned(),
        description: "Says \"hello\" for $0".to_owned(),
        version: "1.2.3".to_owned(),
        license: "Apache-2.0".to_owned(),
    };
    context::arguments(&program, &commit())
}

impl Place {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn join(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// The program, compiled as `compiler` does.
    pub(crate) fn program(&self, compiler: &[&str]) -> PathBuf {
        let program = self.join("small");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/images/small.c");
        let mut compile = Command::new(compiler[0]);
        compile.args(&compiler[1..]).arg("-o");
        done(compile.arg(&program).arg(source));
        program
    }

    pub(crate) fn static_program(&self) -> PathBuf {
        self.program(&["musl-gcc", "-static", "-Os", "-s"])
    }

    /// Lays out the folder, and gives it.
    pub(crate) fn stage(&self, program: &Path) -> PathBuf {
        let folder = self.join("context");
        let contents = Contents {
            program,
            sbom: SBOM,
        };
        context::stage(&folder, &contents, &labels(), &commit()).unwrap();
        folder
    }

    /// Builds the folder, with nothing left of an earlier building, and gives the archive.
    pub(crate) fn build(&self, folder: &Path) -> PathBuf {
        let archive = self.join("small.tar");
        let builder = Builder::new(self.join("storage")).unwrap();
        done(&mut builder.build(folder, NAME, &commit()));
        done(&mut builder.write(NAME, &archive));
        builder.clear().unwrap();
        assert!(!self.join("storage").exists());
        archive
    }

    /// All of it, with the program as it should be.
    pub(crate) fn archive(&self) -> PathBuf {
        let program = self.static_program();
        self.build(&self.stage(&program))
    }
}

/// What does not hold for the image.
pub(crate) fn broken(archive: &Path) -> Vec<String> {
    let image = Image::read(archive).unwrap();
    let wanted = Wanted {
        arguments: &labels(),
        sbom: SBOM,
        commit: &commit(),
    };
    promises::broken(&image, &wanted)
}
