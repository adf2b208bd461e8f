//! `lifeboat snapshot …` as an operator runs it, on packages as agencies write them: one in UTF-8 with parts, and the same
//! people in the older form (Big5, Republic-of-China dates, `\N`).
#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::{Value, json};
use tempfile::TempDir;
use test_support::postgres::{self, psql};
use test_support::process::command;

/// The name in the packages that neither Big5 nor the basic plane has.
const RARE: &str = "廖𠊎品";

/// What a command did.
struct Done {
    code: i32,
    out: String,
    err: String,
}

impl Done {
    fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{error}: {} {}", self.out, self.err))
    }

    fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

fn package(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/packages")
        .join(name)
}

/// A database, and a copy of a package to break.
struct Place {
    dir: TempDir,
    url: String,
}

impl Place {
    fn new() -> Self {
        let dir = TempDir::new().unwrap();
        let url = format!("sqlite://{}", dir.path().join("database").display());
        fs::create_dir(dir.path().join("database")).unwrap();
        copy(&package("household"), &dir.path().join("household"));
        Self { dir, url }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.dir.path().join("household").join(path)
    }

    fn run(&self, words: &[&str]) -> Done {
        // Neither the tests' environment nor a file beside them may configure it.
        let mut command = command(Path::new(env!("CARGO_BIN_EXE_lifeboat")));
        command
            .current_dir(self.dir.path())
            .args(["--json", "snapshot"])
            .args(words);
        Done::from(command.output().unwrap())
    }

    fn load(&self, more: &[&str]) -> Done {
        let words = [
            "load",
            "--system",
            "household",
            "household",
            "--database",
            &self.url,
        ];
        self.run(&[words.as_slice(), more].concat())
    }

    fn list(&self) -> Value {
        self.run(&["list", "--database", &self.url])
            .expect(0)
            .json()
    }

    /// Replaces text in a file; sizes and hashes stay as they were declared.
    fn replace(&self, path: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.file(path)).unwrap();
        assert!(text.contains(from), "{path} has no {from}");
        fs::write(self.file(path), text.replacen(from, to, 1)).unwrap();
    }

    /// Puts the older form of the package in the place of the other, and replaces bytes in it.
    fn replace_legacy(&self, path: &str, from: &[u8], to: &[u8]) {
        copy(
            &package("household-legacy"),
            &self.dir.path().join("household"),
        );
        let bytes = fs::read(self.file(path)).unwrap();
        let at = bytes
            .windows(from.len())
            .position(|window| window == from)
            .unwrap();
        fs::write(
            self.file(path),
            [&bytes[..at], to, &bytes[at + from.len()..]].concat(),
        )
        .unwrap();
        self.seal();
    }

    /// Declares the sizes and hashes that the parts have now.
    fn seal(&self) {
        self.describe(|package| {
            for resource in package["resources"].as_array_mut().unwrap() {
                let paths = match &resource["path"] {
                    Value::Array(paths) => paths.clone(),
                    one => vec![one.clone()],
                };
                let parts = paths
                    .iter()
                    .map(|path| fs::read(self.file(path.as_str().unwrap())).unwrap());
                let bytes = parts.collect::<Vec<_>>().concat();
                resource["bytes"] = json!(bytes.len());
                resource["hash"] = json!(format!("sha256:{}", sha256(&bytes)));
            }
        });
    }

    fn describe(&self, change: impl FnOnce(&mut Value)) {
        let mut package =
            serde_json::from_slice(&fs::read(self.file("datapackage.json")).unwrap()).unwrap();
        change(&mut package);
        fs::write(self.file("datapackage.json"), package.to_string()).unwrap();
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
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

/// All persons of the active snapshot, as PostgreSQL writes them.
fn persons(url: &str) -> String {
    let place = psql(
        url,
        "SELECT place FROM household.snapshot WHERE state = 'active'",
    )
    .unwrap();
    psql(
        url,
        &format!("SELECT * FROM {place}.person ORDER BY national_id"),
    )
    .unwrap()
}

#[tokio::test]
async fn both_forms_of_the_same_export_give_the_same_records() {
    let place = Place::new();
    let mut answers = Vec::new();
    for name in ["household", "household-legacy"] {
        let database = postgres::database().await;
        let folder = package(name);
        let words = [
            "load",
            "--system",
            "household",
            folder.to_str().unwrap(),
            "--database",
            &database.url,
        ];
        let loaded = place.run(&words).expect(0).json();
        assert_eq!(
            (&loaded["outcome"], &loaded["rows"]),
            (&json!("loaded"), &json!(57))
        );
        answers.push(persons(&database.url));
    }
    assert!(answers[0].contains(RARE), "{}", answers[0]);
    assert_eq!(answers[0], answers[1]);
}

#[test]
fn a_good_package_is_checked_loaded_listed_and_rolled_back() {
    let place = Place::new();
    assert_eq!(
        place.run(&["check", "household"]).expect(0).json()["outcome"],
        "good"
    );
    let first = place.load(&[]).expect(0);
    assert!(first.err.contains("WARNING: not signed"), "{}", first.err);
    assert_eq!(
        place.load(&[]).expect(0).json()["outcome"],
        "already-active"
    );

    place.describe(|package| package["lifeboat"]["sequence"] = json!(2));
    place.load(&[]).expect(0);
    let states: Vec<_> = place
        .list()
        .as_array()
        .unwrap()
        .iter()
        .map(|s| (s["state"].clone(), s["sequence"].clone()))
        .collect();
    assert_eq!(
        states,
        [(json!("active"), json!(2)), (json!("previous"), json!(1))]
    );
    let back = place
        .run(&[
            "rollback",
            "--system",
            "household",
            "--database",
            &place.url,
        ])
        .expect(0)
        .json();
    assert_eq!(back["snapshot"]["id"], first.json()["snapshot"]["id"]);
    assert_eq!(place.list()[0]["sequence"], 1);
}

/// A rule, the file that breaks it, and how.
type Break = (&'static str, &'static str, fn(&Place));

/// What can be wrong with a description.
const DESCRIPTIONS: [Break; 4] = [
    (
        "missing-column",
        "datapackage.json#/resources/0/schema/fields",
        |place| {
            place.describe(|package| {
                package["resources"][0]["schema"]["fields"]
                    .as_array_mut()
                    .unwrap()
                    .remove(3);
            });
        },
    ),
    ("missing-table", "datapackage.json#/resources", |place| {
        place.describe(|package| {
            package["resources"].as_array_mut().unwrap().pop();
        });
    }),
    ("path", "datapackage.json#/resources/0/path/0", |place| {
        place.describe(|package| package["resources"][0]["path"][0] = json!("../person/0001.csv"));
    }),
    (
        "type",
        "datapackage.json#/resources/0/schema/fields/3/type",
        |place| {
            place.describe(|package| {
                package["resources"][0]["schema"]["fields"][3]["type"] = json!("day");
            });
        },
    ),
];

/// What can be wrong with the parts.
const PARTS: [Break; 7] = [
    ("hash", "datapackage.json#/resources/0/hash", |place| {
        place.replace("person/0002.csv", ",false,", ",fALSE,");
    }),
    (
        "bytes-short",
        "datapackage.json#/resources/0/bytes",
        |place| {
            let text = fs::read(place.file("person/0002.csv")).unwrap();
            fs::write(place.file("person/0002.csv"), &text[..text.len() / 2]).unwrap();
        },
    ),
    (
        "compressed",
        "datapackage.json#/resources/0/path/0",
        |place| {
            let bomb = [b"PK\x03\x04".as_slice(), &vec![0; 1 << 20]].concat();
            fs::write(place.file("person/0001.csv"), bomb).unwrap();
            place.seal();
        },
    ),
    ("duplicate-key", "person/0001.csv", |place| {
        let text = fs::read_to_string(place.file("person/0001.csv")).unwrap();
        let row = text.lines().nth(1).unwrap();
        place.replace("person/0001.csv", row, &format!("{row}\n{row}"));
        place.seal();
    }),
    ("check-digit", "person/0001.csv", |place| {
        place.replace("person/0001.csv", "A100000038", "A100000039");
        place.seal();
    }),
    ("encoding", "household/0001.csv", |place| {
        // The second byte of 里 becomes one that no character has.
        place.replace_legacy("household/0001.csv", b"\xA8\xBD", b"\xA8\xFF");
    }),
    ("no-such-day", "person/0001.csv", |place| {
        place.replace_legacy("person/0001.csv", b",0350730,", b",1000229,");
    }),
];

#[test]
fn broken_packages_are_located_and_the_old_data_stays() {
    for (rule, file, damage) in DESCRIPTIONS.into_iter().chain(PARTS) {
        let place = Place::new();
        let served = place.load(&[]).expect(0).json();
        damage(&place);
        for done in [place.load(&[]), place.run(&["check", "household"])] {
            let told = done.expect(1).json();
            assert_eq!(told["outcome"], "faults", "{rule}");
            let fault = &told["faults"]["listed"][0];
            assert_eq!(
                (&fault["rule"], &fault["file"]),
                (&json!(rule), &json!(file)),
                "{told}"
            );
        }
        assert_eq!(
            place.list()[0]["id"],
            served["snapshot"]["id"],
            "{rule}: the old data is served"
        );
        assert_eq!(
            place.list().as_array().unwrap().len(),
            1,
            "{rule}: nothing is left behind"
        );
    }
}

#[test]
fn bad_rows_are_put_aside_beside_the_package() {
    let place = Place::new();
    place.replace("person/0001.csv", "A100000038", "A100000039");
    place.seal();
    let loaded = place.load(&["--quarantine"]).expect(0).json();
    assert_eq!(
        (&loaded["rows"], &loaded["snapshot"]["rows_quarantined"]),
        (&json!(56), &json!(1))
    );
    let aside = place.dir.path().join("household.quarantine");
    assert!(
        fs::read_to_string(aside.join("person/0001.csv"))
            .unwrap()
            .contains("check-digit")
    );
    assert!(aside.join("datapackage.json").is_file());
}

#[test]
fn what_would_be_unsafe_is_refused_with_exit_code_3() {
    let place = Place::new();
    place.describe(|package| package["lifeboat"]["sequence"] = json!(2));
    place.load(&[]).expect(0);
    place.describe(|package| package["lifeboat"]["sequence"] = json!(1));
    let refused = place.load(&[]).expect(3);
    assert!(refused.err.contains("--allow-older"), "{}", refused.err);
    place.load(&["--allow-older"]).expect(0);
    let refused = place
        .run(&["check", "household", "--require-signature"])
        .expect(3);
    assert!(
        refused
            .err
            .contains("no key of agency-household is enrolled"),
        "{}",
        refused.err
    );
}

#[test]
fn what_cannot_be_meant_is_refused_with_exit_code_2() {
    let place = Place::new();
    let unknown = place
        .run(&[
            "load",
            "--system",
            "land-registry-x",
            "household",
            "--database",
            &place.url,
        ])
        .expect(2);
    assert!(
        unknown
            .err
            .contains("does not know the system `land-registry-x`"),
        "{}",
        unknown.err
    );
    let nowhere = place
        .run(&["load", "--system", "household", "household"])
        .expect(2);
    assert!(
        nowhere.err.contains("no database is named"),
        "{}",
        nowhere.err
    );
    place
        .run(&[
            "load",
            "--system",
            "household",
            "household",
            "--database",
            "mysql://x",
        ])
        .expect(2);
    place
        .run(&[
            "check",
            "household",
            "--agency-key",
            "household/datapackage.json",
        ])
        .expect(2);
    place.run(&["loud"]).expect(2);
}

#[test]
fn the_statements_of_a_system_are_printed_for_both_databases() {
    let place = Place::new();
    for kind in ["postgres", "sqlite"] {
        let ddl = place
            .run(&["ddl", "--system", "household", "--for", kind])
            .expect(0)
            .out;
        assert!(
            ddl.starts_with("CREATE TABLE \"person\" (\"national_id\" "),
            "{ddl}"
        );
        assert!(
            ddl.contains("CREATE UNIQUE INDEX \"person_pkey\" ON \"person\" (\"national_id\");"),
            "{ddl}"
        );
    }
}

#[test]
fn waiting_ends_once_a_snapshot_is_in_service_and_no_sooner() {
    let place = Place::new();
    let words = [
        "wait",
        "--system",
        "household",
        "--at-most",
        "1",
        "--database",
        &place.url,
    ];
    let early = place.run(&words).expect(1);
    assert!(
        early.out.contains("there is no snapshot yet; waiting"),
        "{}",
        early.out
    );
    place.load(&[]).expect(0);
    let done = place.run(&words).expect(0);
    assert!(done.out.contains("is in service"), "{}", done.out);
    place
        .run(&["wait", "--system", "hosehold", "--database", &place.url])
        .expect(2);
}
