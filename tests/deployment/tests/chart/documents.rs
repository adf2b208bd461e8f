//! The commands of docs/deploy.md: each is run or rendered, in the order in which it stands there.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use deployment::root;
use deployment::tools::Values;
use test_support::process::{command, program};

use crate::rendered::tools;

/// The commands of the section's first block, a line each; lines that end in a backslash go on.
fn commands(document: &str, heading: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("docs").join(document)).unwrap();
    let (_, section) = text
        .split_once(&format!("\n## {heading}"))
        .unwrap_or_else(|| panic!("{document} has no section {heading}"));
    let section = section.split("\n## ").next().unwrap();
    let mut found = Vec::new();
    for block in section.split("```sh\n").skip(1).take(1) {
        let block = block.split("```").next().unwrap().replace("\\\n", " ");
        found.extend(
            block
                .lines()
                .filter(|line| !line.trim().is_empty())
                .map(str::to_owned),
        );
    }
    found
}

/// Words of a command, without a remark at its end.
fn words(command: &str) -> Vec<&str> {
    command
        .split(" #")
        .next()
        .unwrap()
        .split_whitespace()
        .collect()
}

#[test]
fn both_languages_have_the_same_commands() {
    let all = |document: &str| {
        let text = std::fs::read_to_string(root().join("docs").join(document)).unwrap();
        let blocks: Vec<String> = text
            .split("```sh\n")
            .skip(1)
            .map(|block| {
                let block = block.split("```").next().unwrap();
                block
                    .lines()
                    .map(|line| words(line).join(" ") + "\n")
                    .collect()
            })
            .collect();
        blocks
    };
    assert_eq!(all("deploy.md"), all("deploy.zh-TW.md"));
    assert!(all("deploy.md").len() > 3);
}

#[test]
fn from_nothing_to_served_are_five_commands_and_each_does_what_it_says() {
    let commands = commands("deploy.md", "From nothing to served");
    assert_eq!(commands.len(), 5, "{commands:#?}");
    let place = tempfile::tempdir().unwrap();

    // 1: keys, run as it stands.
    let keys = words(&commands[0]);
    assert_eq!(keys[..3], ["lifeboat", "keys", "services"]);
    let made = command(&program("lifeboat"))
        .args(&keys[1..])
        .current_dir(place.path())
        .output()
        .unwrap();
    assert!(made.status.success(), "{made:?}");

    // 2: rendered from what the first wrote.
    assert_eq!(words(&commands[1]), ["kubectl", "apply", "-k", "keys"]);
    let secrets = tools().kustomize(&place.path().join("keys")).unwrap();
    let has = |kind: &str, name: &str| {
        secrets
            .iter()
            .any(|one| one.kind() == kind && one.name() == name)
    };
    assert!(has("Namespace", "lifeboat") && has("ConfigMap", "lifeboat-trusted-services"));
    assert!(has("Secret", "lifeboat-keys-household") && has("Secret", "lifeboat-keys-nonce"));

    // 3: its manifest, rendered by kustomize from files under the names that it mentions.
    let secrets = words(&commands[2]);
    assert_eq!(secrets[..3], ["kubectl", "apply", "-k"]);
    let sample = root().join("docs/samples").join(secrets[3]);
    let given = place.path().join("given");
    copy(&sample, &given);
    for file in ["vault.toml", "custodian-1", "custodian-2", "custodian-3"] {
        std::fs::write(given.join(file), "x").unwrap();
    }
    let given = tools().kustomize(&given).unwrap();

    // 4: the chart, as it is installed; every Secret that it reads is there by now.
    let install = words(&commands[3]);
    assert_eq!(
        install[..4],
        ["helm", "install", "lifeboat", "helm/lifeboat"]
    );
    let values = rendered(&install[4..], &sample);
    let objects = tools().render(&values).unwrap();
    assert!(
        objects.iter().any(|one| one.kind() == "Job")
            && objects.iter().any(|one| one.kind() == "Deployment")
    );
    let read: Vec<String> = objects
        .iter()
        .filter_map(deployment::Object::pod)
        .flat_map(crate::consistency::secrets)
        .collect();
    let there = |name: &String| {
        has("Secret", name)
            || given
                .iter()
                .any(|one| one.kind() == "Secret" && one.name() == name)
    };
    let lacking: Vec<&String> = read.iter().filter(|name| !there(name)).collect();
    assert!(lacking.is_empty(), "{lacking:?}");

    // 5: the pod that it runs is in the rendering; `served` runs what is in it.
    assert_eq!(words(&commands[4])[..3], ["helm", "test", "lifeboat"]);
    assert!(
        objects
            .iter()
            .any(|one| one.is_hook() && one.kind() == "Pod")
    );
}

/// The values that Helm's arguments name; files stand in the chart or beside the sample.
fn rendered(arguments: &[&str], sample: &std::path::Path) -> Values {
    let mut values = Values::default();
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        let value = *arguments.next().unwrap();
        values = match *argument {
            "-n" | "--namespace" => values,
            "-f" | "--values" => {
                let own = root().join(value);
                let file: PathBuf = if value == DIGESTS {
                    digests()
                } else if own.exists() {
                    own
                } else {
                    sample.with_file_name(value)
                };
                values.and_file(&file)
            }
            "--set" => values.and(value),
            other => panic!("helm {other}"),
        };
    }
    values
}

/// The file that the images' command writes, by its name in the document.
const DIGESTS: &str = "target/images/digests.yaml";

/// Such a file, as it is written.
fn digests() -> PathBuf {
    static FILE: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("digests.yaml");
        std::fs::write(&file, crate::images::values_of_all()).unwrap();
        (folder, file)
    });
    FILE.1.clone()
}

/// Whether the program says of itself that it has these flags.
fn has_flags(program: &Path, command: &[&str], line: &str) {
    let asked = test_support::process::command(program)
        .args(command)
        .arg("--help")
        .output()
        .unwrap();
    let help = String::from_utf8_lossy(&asked.stdout);
    for flag in words(line).iter().filter(|word| word.starts_with("--")) {
        assert!(help.contains(flag), "{line}: {flag} is not in:\n{help}");
    }
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap();
    }
}

#[test]
fn every_other_command_of_the_document_is_one_that_there_is() {
    let text = std::fs::read_to_string(root().join("docs/deploy.md")).unwrap();
    let mut seen = 0;
    for block in text.split("```sh\n").skip(1) {
        let block = block.split("```").next().unwrap().replace("\\\n", " ");
        for line in block.lines().filter(|line| !line.trim().is_empty()) {
            seen += 1;
            let mut words = words(line);
            if words[1] == "-n" {
                words.drain(1..3);
            }
            match words[0] {
                "helm" if matches!(words[1], "install" | "upgrade") => {
                    let mut words = words;
                    words.retain(|word| *word != "--install");
                    let arguments = &words[4..];
                    let sample = root().join("docs/samples/x");
                    tools().render(&rendered(arguments, &sample)).unwrap();
                }
                "helm" => assert!(
                    matches!(words[1], "test" | "rollback" | "uninstall"),
                    "{line}"
                ),
                "kubectl" if words[1] == "apply" && words[3].starts_with("k8s/") => {
                    assert!(
                        !tools()
                            .kustomize(&root().join(words[3]))
                            .unwrap()
                            .is_empty()
                    );
                }
                "kubectl" => {
                    let known = Command::new(tools().kubectl)
                        .args([words[1], "--help"])
                        .output()
                        .unwrap();
                    assert!(known.status.success(), "{line}");
                }
                "lifeboat" => {
                    let named = words[1..]
                        .iter()
                        .take_while(|word| word.chars().all(|letter| letter.is_ascii_lowercase()));
                    let named: Vec<&str> = named.take(2).copied().collect();
                    has_flags(&program("lifeboat"), &named, line);
                }
                "cargo" => {
                    assert_eq!(words[1], "xtask", "{line}");
                    has_flags(&program("xtask"), &words[2..3], line);
                }
                // The images' own tests build what such a folder holds.
                "docker" => {
                    let ["build", "--file", recipe, "--tag", name, folder] = words[1..] else {
                        panic!("{line}")
                    };
                    assert_eq!(recipe, format!("{folder}/Containerfile"));
                    let laid_out = name.replace("lifeboat/", "target/images/context/");
                    assert_eq!(laid_out.split(':').next().unwrap(), folder);
                }
                other => panic!("{other} of `{line}` is neither run nor rendered"),
            }
        }
    }
    assert!(seen > 8, "{seen}");
}
