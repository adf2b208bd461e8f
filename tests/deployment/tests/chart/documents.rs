//! The commands of docs/deploy.md: each is run or rendered, in the order in which it stands there.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use deployment::tools::Values;
use deployment::{Object, root};
use serde_json::Value;
use test_support::process::{command, program};

use crate::rendered::{containers, find, list, tools};
use crate::served::hold_ceremony;

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
    std::fs::write(given.join("vault.toml"), "x").unwrap();
    shares(place.path(), &given);
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
        .filter_map(Object::pod)
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

    custodians(&given, &objects);
    // Images come from where they were pushed, and are those.
    for image in objects.iter().filter_map(Object::pod).flat_map(containers) {
        let image = image["image"].as_str().unwrap();
        assert!(
            image.starts_with("registry.example") && image.contains("@sha256:"),
            "{image}"
        );
    }

    // 5: the pod that it runs is in the rendering, asks as a citizen, and is done before Helm gives up; `served` runs what is in it.
    let test = words(&commands[4]);
    assert_eq!(test[..3], ["helm", "test", "lifeboat"]);
    let patience = test[6].strip_suffix('m').unwrap().parse::<u64>().unwrap() * 60;
    let pod = objects
        .iter()
        .find(|one| one.is_hook() && one.kind() == "Pod")
        .unwrap();
    let asked: Vec<&str> = containers(&pod.value)
        .flat_map(|one| list(&one["args"]))
        .filter_map(Value::as_str)
        .collect();
    assert!(
        asked.contains(&"--expect-ready") && asked.contains(&"--national-id"),
        "{asked:?}"
    );
    let waits = asked
        .iter()
        .zip(&asked[1..])
        .filter(|(flag, _)| **flag == "--wait");
    for (_, seconds) in waits {
        assert!(seconds.parse::<u64>().unwrap() < patience, "{seconds}");
    }
}

/// The custodians' files are there under the names that the ceremony gave them.
fn custodians(given: &[Object], objects: &[Object]) {
    let custodians = find(given, "Secret", "lifeboat-custodians").unwrap();
    let files: BTreeSet<String> = objects
        .iter()
        .filter(|one| one.kind() == "Job")
        .flat_map(|job| containers(job.pod().unwrap()))
        .flat_map(|container| list(&container["args"]))
        .filter_map(|argument| {
            argument
                .as_str()?
                .strip_prefix("/run/secrets/lifeboat-custodians/")
        })
        .map(str::to_owned)
        .collect();
    assert_eq!(files.len(), 3, "{files:?}");
    for file in &files {
        assert!(custodians.value["data"][file].is_string(), "{file}");
    }
}

/// A ceremony, and the files of the first three custodians put into a folder.
fn shares(place: &Path, folder: &Path) {
    let ceremony = place.join("ceremony");
    hold_ceremony(&ceremony);
    let mut names: Vec<_> = std::fs::read_dir(&ceremony)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains(".share"))
        .collect();
    names.sort();
    for name in &names[..3] {
        std::fs::copy(ceremony.join(name), folder.join(name)).unwrap();
    }
}

#[test]
fn the_page_says_how_many_connections_the_database_must_take() {
    let connections = |profile: &str| {
        let objects = tools().render(&Values::profile(profile)).unwrap();
        let cost = find(&objects, "ConfigMap", "lifeboat-cost").unwrap();
        let said = cost.value["data"]["postgres-connections"].as_str();
        said.unwrap().parse::<u32>().unwrap()
    };
    let (emergency, drill) = (connections("emergency"), connections("drill"));
    for document in ["deploy.md", "deploy.zh-TW.md"] {
        let text = std::fs::read_to_string(root().join("docs").join(document)).unwrap();
        let row = text
            .lines()
            .find(|line| line.starts_with("| PostgreSQL | 15"));
        let row = row.unwrap().replace(',', "");
        for number in [emergency, drill] {
            assert!(
                row.contains(&number.to_string()),
                "{document}: {number}: {row}"
            );
        }
    }
}

#[test]
fn credentials_of_the_backup_host_are_led_to_where_pods_see_them() {
    let sample = root().join("docs/samples/given/kustomization.yaml");
    let sample = std::fs::read_to_string(sample).unwrap();
    let line = sample
        .lines()
        .find_map(|line| line.strip_prefix("  #   sed "))
        .unwrap();
    let (flag, rest) = line.split_once(' ').unwrap();
    let (script, file) = rest.strip_prefix('\'').unwrap().rsplit_once("' ").unwrap();
    let folder = tempfile::tempdir().unwrap();
    let vault = folder.path().join(file);
    let before = "[[clouds]]\nname = \"north\"\ncredentials = \"/etc/backup/north.toml\"\n";
    std::fs::write(&vault, before).unwrap();
    let done = Command::new("sed")
        .args([flag, script])
        .arg(&vault)
        .status()
        .unwrap();
    assert!(done.success());
    let read: toml::Table = std::fs::read_to_string(&vault).unwrap().parse().unwrap();
    let seen = read["clouds"][0]["credentials"].as_str().unwrap();
    assert_eq!(seen, "/run/secrets/lifeboat-clouds/north.toml");
    let values = Values::profile("emergency").and("vault.credentialsSecret=lifeboat-clouds");
    let objects = tools().render(&values).unwrap();
    let job = objects.iter().find(|one| one.kind() == "Job").unwrap();
    let mut mounts = containers(job.pod().unwrap()).flat_map(|one| list(&one["volumeMounts"]));
    assert!(mounts.any(|mount| seen.starts_with(mount["mountPath"].as_str().unwrap())));
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
