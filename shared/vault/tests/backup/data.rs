//! Sources in memory.

use std::fmt::Write as _;
use std::io::Cursor;

use vault::backup::Feed;
use vault::cut::{Dialect, TableShape};
use vault::source::{Kind, SourceError, SourceFile, SourceHead};

/// A file of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct File {
    pub(crate) path: String,
    pub(crate) bytes: Vec<u8>,
    pub(crate) table: Option<String>,
}

impl File {
    pub(crate) fn plain(path: &str, bytes: Vec<u8>) -> Self {
        Self {
            path: path.to_owned(),
            bytes,
            table: None,
        }
    }

    pub(crate) fn table(name: &str, bytes: Vec<u8>) -> Self {
        Self {
            path: format!("{name}/0001.csv"),
            bytes,
            table: Some(name.to_owned()),
        }
    }
}

/// A source of these files.
pub(crate) struct Memory {
    head: SourceHead,
    files: std::vec::IntoIter<File>,
}

impl Memory {
    pub(crate) fn feed(name: &str, files: Vec<File>) -> Box<dyn Feed> {
        Box::new(Self {
            head: SourceHead {
                name: name.to_owned(),
                kind: Kind::Folder,
                system: None,
                agency: None,
                taken_at: None,
                sequence: None,
                tier: None,
            },
            files: files.into_iter(),
        })
    }
}

impl Feed for Memory {
    fn head(&self) -> &SourceHead {
        &self.head
    }

    fn bytes(&self) -> Option<u64> {
        None
    }

    fn next_file(&mut self) -> Result<Option<SourceFile>, SourceError> {
        Ok(self.files.next().map(|file| SourceFile {
            path: file.path,
            executable: false,
            bytes: Some(file.bytes.len() as u64),
            group: file.table.clone().unwrap_or_default(),
            table: file.table.map(|name| TableShape {
                name,
                key_columns: vec![0],
                dialect: Dialect::default(),
                header: true,
            }),
            reader: Box::new(Cursor::new(file.bytes)),
        }))
    }
}

/// Bytes that do not compress.
pub(crate) fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut bytes = vec![0; length];
    random.fill(&mut bytes);
    bytes
}

/// A table of about this many bytes, as a register exports it.
pub(crate) fn rows(bytes: usize, seed: u64) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut rows = vec!["id,name,born,address,note\n".to_owned()];
    let mut length = 0;
    for id in 0.. {
        if length >= bytes {
            break;
        }
        let row = row(id, &mut random);
        length += row.len();
        rows.push(row);
    }
    rows
}

fn row(id: usize, random: &mut fastrand::Rng) -> String {
    const ROADS: [&str; 6] = [
        "中山路",
        "民生東路",
        "忠孝路",
        "和平西路",
        "復興街",
        "中正路",
    ];
    let mut row = String::new();
    let road = ROADS[random.usize(..ROADS.len())];
    writeln!(
        row,
        "{id:09},王{:04},19{:02}-{:02}-{:02},臺北市{road}{}號{}樓,{:010}",
        random.u16(..10_000),
        random.u8(10..99),
        random.u8(1..13),
        random.u8(1..29),
        random.u16(1..500),
        random.u8(1..20),
        random.u32(..)
    )
    .unwrap();
    row
}

/// The same table with one row in a hundred changed.
pub(crate) fn a_day_later(rows: &[String], seed: u64) -> Vec<String> {
    let mut random = fastrand::Rng::with_seed(seed);
    let mut later = rows.to_vec();
    let count = rows.len() - 1;
    for _ in 0..count / 100 {
        let at = random.usize(..count);
        later[at + 1] = row(at, &mut random);
    }
    later
}

pub(crate) fn joined(rows: &[String]) -> Vec<u8> {
    rows.concat().into_bytes()
}
