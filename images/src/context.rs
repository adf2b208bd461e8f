//! The folder that a builder gets: the recipe, and `root/`, which becomes the image.

use std::fs::{File, Permissions};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::time::SystemTime;

use crate::commit::Commit;
use crate::workspace::Program;
use crate::{Failure, PROGRAM, ROOTS, SBOM, roots};

/// The recipe, as it is checked in.
const RECIPE: &str = include_str!("../Containerfile");

/// What the recipe's arguments are, by name.
pub type Arguments = Vec<(&'static str, String)>;

/// What goes into an image.
#[derive(Debug)]
pub struct Contents<'a> {
    /// The program's file.
    pub program: &'a Path,
    /// The list of what it is made of.
    pub sbom: &'a str,
}

/// What the labels of a program's image say.
#[must_use]
pub fn arguments(program: &Program, commit: &Commit) -> Arguments {
    vec![
        ("TITLE", program.name.clone()),
        ("DESCRIPTION", program.description.clone()),
        ("VERSION", program.version.clone()),
        ("REVISION", commit.revision.clone()),
        ("CREATED", commit.created.clone()),
        ("LICENSES", program.license.clone()),
        ("SOURCE", commit.source.clone().unwrap_or_default()),
    ]
}

/// Lays the folder out anew. Files and folders are of the commit's time, readable for everybody, and nobody may write them.
///
/// # Errors
/// Where it cannot be written, or the recipe has an argument without a value.
pub fn stage(
    folder: &Path,
    contents: &Contents<'_>,
    arguments: &Arguments,
    commit: &Commit,
) -> Result<(), Failure> {
    remove(folder)?;
    let root = folder.join("root");
    std::fs::create_dir_all(&root)?;
    std::fs::write(folder.join("Containerfile"), recipe(arguments)?)?;

    let program = contents.program.display();
    std::fs::copy(contents.program, root.join(PROGRAM))
        .map_err(|error| format!("{program}: {error}"))?;
    std::fs::write(root.join(SBOM), contents.sbom)?;
    let file = root.join(ROOTS);
    std::fs::create_dir_all(file.parent().unwrap_or(&root))?;
    std::fs::write(file, roots::pem())?;
    settle(&root, commit.time())
}

/// The recipe with the arguments' values.
fn recipe(arguments: &Arguments) -> Result<String, Failure> {
    let mut text = String::new();
    for line in RECIPE.lines() {
        text.push_str(line);
        if let Some(argument) = line.strip_prefix("ARG ") {
            let (_, value) = arguments
                .iter()
                .find(|(name, _)| *name == argument)
                .ok_or_else(|| format!("Containerfile: nothing is known of {argument}"))?;
            text.push('=');
            text.push_str(&quoted(value)?);
        }
        text.push('\n');
    }
    Ok(text)
}

fn quoted(value: &str) -> Result<String, Failure> {
    if value.contains(char::is_control) {
        return Err(format!("{value:?} cannot be a label: it has more than one line").into());
    }
    let escaped = value
        .replace('\\', r"\\")
        .replace('"', "\\\"")
        .replace('$', r"\$");
    Ok(format!("\"{escaped}\""))
}

/// Modes and times of everything below: a folder's after what is in it.
fn settle(path: &Path, time: SystemTime) -> Result<(), Failure> {
    let mut mode = 0o444;
    if path.is_dir() {
        mode = 0o755;
        for entry in std::fs::read_dir(path)? {
            settle(&entry?.path(), time)?;
        }
    } else if path.ends_with(PROGRAM) {
        mode = 0o555;
    }
    std::fs::set_permissions(path, Permissions::from_mode(mode))?;
    Ok(File::open(path)?.set_modified(time)?)
}

/// Removes a folder that may not be there.
pub(crate) fn remove(folder: &Path) -> Result<(), Failure> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(format!("{}: {error}", folder.display()).into())
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::{quoted, recipe};

    #[test]
    fn every_argument_of_the_recipe_has_a_value() {
        let all = [
            "TITLE",
            "DESCRIPTION",
            "VERSION",
            "REVISION",
            "CREATED",
            "LICENSES",
            "SOURCE",
        ];
        let arguments = all.map(|name| (name, name.to_lowercase())).to_vec();
        let text = recipe(&arguments).unwrap();
        assert!(text.contains("ARG REVISION=\"revision\"\n"), "{text}");
        let fault = recipe(&arguments[1..].to_vec()).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "Containerfile: nothing is known of TITLE"
        );
    }

    #[test]
    fn no_value_ends_its_quotes() {
        assert_eq!(quoted(r#"a "b" $c \"#).unwrap(), r#""a \"b\" \$c \\""#);
        assert!(quoted("a\nRUN b").is_err());
    }
}
