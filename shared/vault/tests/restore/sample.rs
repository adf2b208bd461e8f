//! What the tests back up, and what a restore must give.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use crate::world::Source;

/// A table with this many rows; `salt` changes its content.
pub(crate) fn table(rows: usize, salt: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(salt);
    let mut text = "id,name\n".to_owned();
    for row in 0..rows {
        let name: String = std::iter::repeat_with(|| random.alphanumeric())
            .take(40)
            .collect();
        writeln!(text, "A{row:06},{name}").unwrap();
    }
    text.into_bytes()
}

/// Two packages and a folder.
pub(crate) fn sources(salt: u64) -> Vec<Source> {
    let file = |path: &str, table: Option<&'static str>, content| (path.to_owned(), table, content);
    vec![
        Source {
            name: "people",
            system: Some("household"),
            tier: Some(0),
            files: vec![
                file("datapackage.json", None, b"{}".to_vec()),
                file("person/0001.csv", Some("person"), table(1_500, salt)),
                file(
                    "household/0001.csv",
                    Some("household"),
                    table(300, salt + 1),
                ),
            ],
        },
        Source {
            name: "taxes",
            system: Some("local-tax"),
            tier: Some(1),
            files: vec![file("bill/0001.csv", Some("bill"), table(200, salt + 2))],
        },
        Source {
            name: "scans",
            system: None,
            tier: None,
            files: vec![
                file("empty", None, Vec::new()),
                file("a/b", None, table(100, salt + 3)),
            ],
        },
    ]
}

/// One small package.
pub(crate) fn small(salt: u64) -> Vec<Source> {
    let path = "person/0001.csv".to_owned();
    vec![Source {
        name: "people",
        system: Some("household"),
        tier: Some(0),
        files: vec![(path, Some("person"), table(600, salt))],
    }]
}

/// What a folder holds after a restore of these sources.
pub(crate) fn expected(sources: &[Source]) -> BTreeMap<String, Vec<u8>> {
    let files = sources.iter().flat_map(|source| {
        let of = |(path, _, content): &(String, _, Vec<u8>)| {
            (format!("{}/{path}", source.name), content.clone())
        };
        source.files.iter().map(of)
    });
    files.collect()
}
