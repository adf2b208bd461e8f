//! `lifeboat snapshot` as an operator meets it where something would be lost, forged, or said in another's name.
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::process::command;

/// What a command did.
struct Done {
    code: i32,
    out: String,
    err: String,
}

impl Done {
    fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }

    fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }
}

/// A database, and a package of people that may be broken.
struct Place {
    dir: TempDir,
    url: String,
}

impl Place {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let url = format!("sqlite://{}", dir.path().join("database").display());
        fs::create_dir(dir.path().join("database")).unwrap();
        let package = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/packages/household");
        copy(&package, &dir.path().join("household"));
        Self { dir, url }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.dir.path().join("household").join(path)
    }

    /// Runs `lifeboat snapshot …` in the folder `at` below the place.
    fn run_in(&self, at: &str, words: &[&str]) -> Done {
        // Neither the tests' environment nor a file beside them may configure it.
        let mut command = command(Path::new(env!("CARGO_BIN_EXE_lifeboat")));
        let output = command
            .current_dir(self.dir.path().join(at))
            .arg("snapshot")
            .args(words)
            .output()
            .unwrap();
        Done {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn load_in(&self, at: &str, folder: &str, more: &[&str]) -> Done {
        let words = [
            "load",
            "--system",
            "household",
            folder,
            "--database",
            &self.url,
            "--json",
        ];
        self.run_in(at, &[words.as_slice(), more].concat())
    }

    /// Gives the first person a wrong check digit, and declares the hash that the parts have now.
    fn spoil(&self) {
        let first = self.file("person/0001.csv");
        let text = fs::read_to_string(&first).unwrap();
        assert!(text.contains("A100000038"), "{text}");
        fs::write(&first, text.replacen("A100000038", "A100000039", 1)).unwrap();
        self.describe(|package| {
            let resource = &mut package["resources"][0];
            assert_eq!(resource["name"], "person");
            let paths = resource["path"].as_array().unwrap();
            let parts = paths
                .iter()
                .map(|path| fs::read(self.file(path.as_str().unwrap())).unwrap());
            let bytes = parts.collect::<Vec<_>>().concat();
            let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, &bytes);
            let hex: Vec<String> = digest
                .as_ref()
                .iter()
                .map(|byte| format!("{byte:02x}"))
                .collect();
            resource["hash"] = json!(format!("sha256:{}", hex.concat()));
        });
    }

    fn describe(&self, change: impl FnOnce(&mut Value)) {
        let file = self.file("datapackage.json");
        let mut package = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
        change(&mut package);
        fs::write(file, package.to_string()).unwrap();
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn rows_are_never_put_aside_over_the_package() {
    let place = Place::new();
    place.spoil();
    let before = fs::read(place.file("datapackage.json")).unwrap();
    for folder in ["household", "household/person", "."] {
        let refused = place.load_in("", "household", &["--quarantine-dir", folder]);
        let words = refused.expect(3).err;
        assert!(words.contains("the package's folder"), "{words}");
        assert!(words.contains("--quarantine-dir FOLDER"), "{words}");
    }
    assert_eq!(fs::read(place.file("datapackage.json")).unwrap(), before);
}

#[test]
fn rows_of_a_package_named_by_a_dot_are_put_aside_beside_it() {
    let place = Place::new();
    place.spoil();
    let loaded = place.load_in("household", ".", &["--quarantine"]).expect(0);
    let beside = place.dir.path().join("household.quarantine");
    assert!(beside.join("datapackage.json").is_file());
    let told = loaded.json()["quarantine"].as_str().unwrap().to_owned();
    assert_eq!(
        fs::canonicalize(told).unwrap(),
        fs::canonicalize(beside).unwrap()
    );
    let hidden = fs::read_dir(place.file("")).unwrap().map(Result::unwrap);
    let hidden = hidden.filter(|entry| entry.file_name().to_string_lossy().starts_with('.'));
    assert_eq!(hidden.count(), 0);
}

#[test]
fn a_package_of_another_agency_is_refused_with_exit_code_3() {
    let place = Place::new();
    place.load_in("", "household", &[]).expect(0);
    place.describe(|package| {
        package["lifeboat"]["agency"] = json!("agency-h0usehold");
        package["lifeboat"]["sequence"] = json!(2);
    });
    let words = place.load_in("", "household", &[]).expect(3).err;
    for part in [
        "agency-h0usehold",
        "agency-household",
        "--allow-other-agency",
    ] {
        assert!(words.contains(part), "{words}");
    }
    let loaded = place
        .load_in("", "household", &["--allow-other-agency"])
        .expect(0);
    assert_eq!(loaded.json()["snapshot"]["agency"], "agency-h0usehold");
}

#[test]
fn a_package_cannot_write_to_the_terminal() {
    let place = Place::new();
    place.describe(|package| {
        package["lifeboat"]["agency"] =
            json!("\u{1b}[31mred\u{1b}]0;pwned\u{7}\nok: \u{9b}\u{202e}");
        package["resources"][0]["dialect"] = json!({ "a\nb\u{1b}": 1 });
    });
    let ways: [&[&str]; 2] = [&[], &["--json"]];
    for more in ways {
        let words = [["check", "household"].as_slice(), more].concat();
        let told = place.run_in("", &words).expect(1);
        let shown = format!("{}{}", told.out, told.err);
        let acts = |character: char| character != '\n' && snapshot::acts_on_terminals(character);
        assert!(!shown.chars().any(acts), "{shown:?}");
        assert!(
            !shown.lines().any(|line| line.starts_with("ok: ")),
            "{shown}"
        );
    }
}
