//! Packages for the tests, written by hand and not by the project's own writer.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, Utc};
use identifiers::NationalId;
use runtime::clock::ManualClock;
use serde_json::{Value, json};
use snapshot::{Faults, LoadOptions, Package, Silent, Trust, check};
use tempfile::TempDir;

use crate::tables::system;

pub(crate) const PERSON_HEADER: &str = "national_id,name,birth_date,protected,note,points\n";
pub(crate) const STAY_HEADER: &str = "place,from,number,seen_at\n";

/// A package in a folder of its own.
pub(crate) struct Fixture {
    dir: TempDir,
    pub(crate) descriptor: Value,
}

/// The valid national ID with this serial number; they sort by it.
pub(crate) fn id(serial: u32) -> NationalId {
    NationalId::with_check_digit(&format!("A1{serial:07}")).unwrap()
}

/// A line of the person table.
pub(crate) fn person(serial: u32) -> String {
    format!("{},王小明{serial},1980-02-29,false,,{serial}\n", id(serial))
}

/// A part with the persons of these serial numbers.
pub(crate) fn persons(serials: impl IntoIterator<Item = u32>) -> String {
    serials
        .into_iter()
        .fold(PERSON_HEADER.to_owned(), |mut part, serial| {
            part.push_str(&person(serial));
            part
        })
}

fn fields(header: &str, types: &[&str]) -> Vec<Value> {
    let names = header.trim_end().split(',');
    names
        .zip(types)
        .map(|(name, r#type)| json!({ "name": name, "type": r#type }))
        .collect()
}

fn resource(name: &str, paths: &[&str], fields: &[Value], key: &[&str]) -> Value {
    json!({
        "name": name, "path": paths, "profile": "tabular-data-resource", "format": "csv", "encoding": "utf-8",
        "schema": { "fields": fields, "primaryKey": key, "missingValues": [""] },
    })
}

impl Fixture {
    /// Three parts of two persons each, and two stays; nothing is wrong with it.
    pub(crate) fn new() -> Self {
        let types = ["string", "string", "date", "boolean", "string", "integer"];
        let person_parts = ["person/0001.csv", "person/0002.csv", "person/0003.csv"];
        let stay_types = ["string", "date", "integer", "datetime"];
        let descriptor = json!({
            "profile": "tabular-data-package",
            "name": "test-register",
            "resources": [
                resource("person", &person_parts, &fields(PERSON_HEADER, &types), &["national_id"]),
                resource("stay", &["stay.csv"], &fields(STAY_HEADER, &stay_types), &["place", "from", "number"]),
            ],
            "lifeboat": {
                "system": "test-register", "agency": "agency-test", "taken_at": "2026-11-20T18:00:00Z",
                "sequence": 7, "schema_version": 1,
            },
        });
        let mut fixture = Self {
            dir: TempDir::new().unwrap(),
            descriptor,
        };
        for (part, serials) in [(1, [1, 2]), (2, [3, 4]), (3, [5, 6])] {
            fixture.part(&format!("person/000{part}.csv"), persons(serials));
        }
        let stays = "花蓮,2020-01-01,9,2026-11-20T18:00:00+08:00\n花蓮,2020-01-01,10,\n";
        fixture.part("stay.csv", format!("{STAY_HEADER}{stays}"));
        fixture.seal();
        fixture
    }

    pub(crate) fn path(&self) -> &Path {
        self.dir.path()
    }

    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.path().join(path)
    }

    /// Writes a part; the description is not changed.
    pub(crate) fn part(&self, path: &str, bytes: impl AsRef<[u8]>) {
        let path = self.file(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// The person table as one part with these rows behind its header, sealed.
    pub(crate) fn with_person_part(bytes: impl AsRef<[u8]>) -> Self {
        let mut fixture = Self::new();
        fixture.part("person/0001.csv", bytes);
        fixture.descriptor["resources"][0]["path"] = json!("person/0001.csv");
        fixture.seal();
        fixture
    }

    /// Writes sizes and hashes that are right for the parts there are.
    pub(crate) fn seal(&mut self) {
        for at in 0..self.descriptor["resources"].as_array().unwrap().len() {
            let resource = &self.descriptor["resources"][at];
            let paths: Vec<String> = match &resource["path"] {
                Value::String(path) => vec![path.clone()],
                list => list
                    .as_array()
                    .unwrap()
                    .iter()
                    .map(|path| path.as_str().unwrap().to_owned())
                    .collect(),
            };
            let bytes: Vec<u8> = paths
                .iter()
                .flat_map(|path| fs::read(self.file(path)).unwrap())
                .collect();
            let resource = &mut self.descriptor["resources"][at];
            resource["bytes"] = json!(bytes.len());
            resource["hash"] = json!(format!("sha256:{}", sha256(&bytes)));
        }
        self.write();
    }

    /// Writes the description as it is.
    pub(crate) fn write(&self) {
        fs::write(self.file("datapackage.json"), self.descriptor.to_string()).unwrap();
    }

    /// Changes the description and nothing else.
    pub(crate) fn edit(&mut self, pointer: &str, value: Value) -> &mut Self {
        *self.descriptor.pointer_mut(pointer).unwrap() = value;
        self.write();
        self
    }

    pub(crate) fn open(&self) -> Package {
        Package::open(self.path()).unwrap()
    }

    /// What a check says, wherever in its course the faults are found.
    pub(crate) fn faults(&self) -> Faults {
        match Package::open(self.path()) {
            Err(faults) => faults,
            Ok(package) => {
                let silent: snapshot::SharedProgress = Arc::new(Silent);
                check(&package, &system(), &Trust::default(), now(), &silent).faults
            }
        }
    }

    /// The only fault, as it is shown.
    pub(crate) fn only_fault(&self) -> String {
        let faults = self.faults();
        assert_eq!(faults.total, 1, "{faults}");
        faults.listed[0].to_string()
    }
}

/// SHA-256 in hexadecimal digits.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").unwrap();
        hex
    })
}

/// The time of the tests.
pub(crate) fn now() -> DateTime<Utc> {
    "2026-11-21T00:00:00Z".parse().unwrap()
}

/// Strict, trusting everybody.
pub(crate) fn options() -> LoadOptions {
    LoadOptions {
        trust: Trust::default(),
        quarantine: None,
        allow_older: false,
        clock: ManualClock::new(now()),
    }
}

pub(crate) fn silent() -> snapshot::SharedProgress {
    Arc::new(Silent)
}
