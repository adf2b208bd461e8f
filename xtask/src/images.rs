//! `cargo xtask images`: one image for each program, and the values that pin them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use images::archive::Image;
use images::builder::{self, Builder};
use images::commit::Commit;
use images::context::{self, Contents};
use images::digests::{self, Place};
use images::promises::{self, Wanted};
use images::sbom::{CHECKER, Materials};
use images::workspace::{Program, Workspace};
use images::{TARGET, compile};
use tokio::process::Command;

use crate::commands::run as run_command;
use crate::interrupt::Interrupt;
use crate::parts::{self, Part};
use crate::{Failure, python, root};

/// What compiles programs that need no library of their system, and builds images.
const BUILDERS: [Part; 3] = [
    Part::new("cc", "gcc"),
    Part::new(compile::C_COMPILER, "musl-tools"),
    Part::new("buildah", "buildah"),
];

/// What takes images to a registry.
const PUSHER: Part = Part::new("skopeo", "skopeo");

/// What the tests run images with, and take them to.
const RUNNERS: [Part; 4] = [
    Part::new("podman", "podman"),
    Part::new("runc", "runc"),
    PUSHER,
    Part::new("docker-registry", "docker-registry"),
];

/// From the Python package index, for the tests: the schemas of the lists of materials, and what validates by them.
const CHECKERS: [&str; 2] = ["cyclonedx-python-lib==11.12.0", "jsonschema-rs==0.61.2"];

/// The values that pin every image.
const ALL_DIGESTS: &str = "digests.yaml";

/// Those of some images, for Helm after the others: what was not built stays pinned to what it was.
const SOME_DIGESTS: &str = "digests-of-some.yaml";

#[derive(Debug, Args)]
pub(crate) struct Arguments {
    /// Only these programs [default: all]; their digests are in a file of their own, which adds to digests.yaml
    #[arg(long, value_name = "NAME", num_args = 1..)]
    only: Vec<String>,
    /// The registry that the images are for, as in the chart's `image.registry`
    #[arg(long, value_name = "HOST")]
    registry: Option<String>,
    /// The folder of the images in the registry, as in the chart's `image.repository`
    #[arg(long, value_name = "PATH", default_value = "lifeboat")]
    repository: String,
    /// Their tag [default: the version]
    #[arg(long)]
    tag: Option<String>,
    /// Take them to the registry, as who is signed in there (skopeo login)
    #[arg(long, requires = "registry")]
    push: bool,
    /// Where others get the source, for the images' labels [default: the URL of git's remote `origin`, where it is one]
    #[arg(long, value_name = "URL")]
    source: Option<String>,
    /// The folder for archives, digests.yaml and what builders need
    #[arg(long, value_name = "DIR", default_value = "target/images")]
    out: PathBuf,
}

/// Compiles, builds, proves, and writes the archives.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let mut interrupt = Interrupt::listen()?;
    let workspace = Workspace::read(&root())?;
    let programs = workspace.named(&arguments.only)?;
    let mut commit = Commit::read(workspace.root())?;
    if arguments.source.is_some() {
        commit.source.clone_from(&arguments.source);
    }
    if commit.is_modified() {
        eprintln!("files differ from the commit: the images' revision ends in -modified");
    }
    if commit.source.is_none() {
        eprintln!("no URL of the source is known, and the label is empty: say --source URL");
    }
    provide(&mut interrupt).await?;
    let compile = compile::command(&workspace, &programs);
    run_command(&mut Command::from(compile), &mut interrupt).await?;

    let work = Work {
        out: std::path::absolute(&arguments.out)?,
        place: place(arguments, &workspace)?,
        materials: Materials::read(&workspace)?,
        workspace: &workspace,
        commit: &commit,
    };
    std::fs::create_dir_all(&work.out)?;
    let builder = Builder::new(work.out.join("storage"))?;
    let built = work.all(&programs, &builder, &mut interrupt).await;
    builder.clear()?;
    let built = built?;
    let is_part = !arguments.only.is_empty();
    work.tell(&built, if is_part { SOME_DIGESTS } else { ALL_DIGESTS })?;
    if arguments.push {
        work.push(&built, &mut interrupt).await?;
    }
    Ok(())
}

/// What is the same for all images of a run.
struct Work<'a> {
    out: PathBuf,
    place: Place,
    materials: Materials<'a>,
    workspace: &'a Workspace,
    commit: &'a Commit,
}

impl Work<'_> {
    fn archive(&self, program: &str) -> PathBuf {
        self.out.join(format!("{program}.tar"))
    }

    /// Builds one after the other, by name.
    async fn all(
        &self,
        programs: &[&Program],
        builder: &Builder,
        interrupt: &mut Interrupt,
    ) -> Result<BTreeMap<String, Image>, Failure> {
        let mut images = BTreeMap::new();
        for program in programs {
            let image = self.image(program, builder, interrupt).await?;
            images.insert(program.name.clone(), image);
        }
        Ok(images)
    }

    /// Builds one image and proves it. An archive is there only if it is as wanted.
    async fn image(
        &self,
        program: &Program,
        builder: &Builder,
        interrupt: &mut Interrupt,
    ) -> Result<Image, Failure> {
        let file = compile::compiled(self.workspace, program);
        let sbom = self
            .materials
            .sbom(program, &std::fs::read(&file)?, self.commit)?;
        let contents = Contents {
            program: &file,
            sbom: &sbom,
        };
        let labels = context::arguments(program, self.commit);
        let folder = self.out.join("context").join(&program.name);
        context::stage(&folder, &contents, &labels, self.commit)?;

        let name = self.place.name(&program.name);
        let archive = self.archive(&program.name);
        let unproved = archive.with_extension("tar.new");
        absent(&archive)?;
        absent(&unproved)?;
        for command in [
            builder.build(&folder, &name, self.commit),
            builder.write(&name, &unproved),
        ] {
            run_command(&mut Command::from(command), interrupt).await?;
        }
        let image = Image::read(&unproved)?;
        let wanted = Wanted {
            arguments: &labels,
            sbom: &sbom,
            commit: self.commit,
        };
        let broken = promises::broken(&image, &wanted);
        if !broken.is_empty() {
            absent(&unproved)?;
            return Err(format!(
                "the image of {} is refused: {}",
                program.name,
                broken.join("; ")
            )
            .into());
        }
        std::fs::rename(&unproved, &archive)?;
        Ok(image)
    }

    /// Takes the archives to the registry.
    async fn push(
        &self,
        images: &BTreeMap<String, Image>,
        interrupt: &mut Interrupt,
    ) -> Result<(), Failure> {
        parts::provide(&[PUSHER], interrupt).await?;
        for name in images.keys() {
            let push = builder::push(&self.archive(name), &self.place.name(name));
            run_command(&mut Command::from(push), interrupt).await?;
        }
        Ok(())
    }

    /// Writes the values into a file of this name, and a table for people.
    fn tell(&self, images: &BTreeMap<String, Image>, values: &str) -> Result<(), Failure> {
        let digests = images.iter();
        let digests = digests.map(|(name, image)| (name.clone(), image.digest.clone()));
        let digests = digests::values(&self.place, &digests.collect())?;
        std::fs::write(self.out.join(values), digests)?;
        let mut table = Table::new();
        table.load_style(UTF8_FULL_CONDENSED).set_header([
            "image",
            "MB",
            "MB compressed",
            "digest",
        ]);
        for (name, image) in images {
            table.add_row([
                self.place.name(name),
                megabytes(image.unpacked()),
                megabytes(image.stored),
                image.digest.clone(),
            ]);
        }
        println!("{table}");
        println!("archives (OCI) and {values} are in {}", self.out.display());
        Ok(())
    }
}

fn place(arguments: &Arguments, workspace: &Workspace) -> Result<Place, Failure> {
    let version = || workspace.programs().first().map(|one| one.version.clone());
    let tag = arguments.tag.clone().or_else(version);
    Ok(Place {
        registry: arguments.registry.clone().unwrap_or_default(),
        repository: arguments.repository.clone(),
        tag: tag.ok_or("there is no program below services/")?,
    })
}

/// Installs what the tests of images need, and gives the variables by which they find it.
pub(crate) async fn provide_for_tests(
    interrupt: &mut Interrupt,
) -> Result<Vec<(&'static str, PathBuf)>, Failure> {
    let parts = [&BUILDERS[..], &RUNNERS, &[python::VENV]].concat();
    parts::provide(&parts, interrupt).await?;
    let folder = root().join("target").join("cyclonedx");
    let programs = python::environment(&folder, &CHECKERS, interrupt).await?;
    Ok(vec![(CHECKER, programs.join("python"))])
}

/// Installs what is lacking of builder and compilers.
async fn provide(interrupt: &mut Interrupt) -> Result<(), Failure> {
    if std::env::consts::ARCH != "x86_64" {
        return Err(format!(
            "images are built for {TARGET}, which this machine ({}) has no C compiler for",
            std::env::consts::ARCH
        )
        .into());
    }
    parts::provide(&BUILDERS, interrupt).await?;
    if compile::has_target(&root()) {
        return Ok(());
    }
    let mut add = Command::new("rustup");
    add.current_dir(root()).args(["target", "add", TARGET]);
    run_command(&mut add, interrupt).await
}

fn absent(file: &Path) -> Result<(), Failure> {
    match std::fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "an image is far smaller than 2^52 bytes"
)]
fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}
