//! Copies rows into a table while their file still grows.

use std::ops::Range;
use std::sync::Arc;

use sea_orm::sqlx::PgConnection;
use tokio::sync::watch;
use tokio::task::spawn_blocking;

use super::script::Table;
use super::session::{run, words};
use crate::object::FileEntry;
use crate::restore::RestoreError;
use crate::restore::assembly::Assembly;

/// Read and sent at once.
const MESSAGE: u64 = 1024 * 1024;

/// A table is copied by several sessions, in pieces of about so many bytes, when it is most of the database: then the others would be
/// done before it.
const PIECE: u64 = 32 * 1024 * 1024;

/// A piece of a table's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rows {
    pub(super) table: usize,
    /// Index among the files of the assembly.
    pub(super) file: u32,
    pub(super) range: Range<u64>,
    /// How many there are, where the backup knows: it does not of a file that could not be told apart by rows.
    pub(super) rows: Option<u64>,
    /// Whether it is all of the file, with its heading.
    pub(super) is_whole: bool,
}

impl Rows {
    /// The pieces of a file, in order. In one piece the rows keep their order on the server's disk, which makes for faster indexes; so only
    /// a table that has three times the bytes of all `others` together is cut, where parts begin.
    pub(super) fn of(table: usize, file: u32, entry: &FileEntry, others: u64) -> Vec<Self> {
        let whole = Self {
            table,
            file,
            range: 0..entry.bytes,
            rows: (!entry.parts.is_empty()).then(|| entry.rows()),
            is_whole: true,
        };
        let mut end = entry.parts.first().map_or(0, |part| part.offset);
        let is_covered = entry.parts.iter().all(|part| {
            let follows = part.offset == end;
            end = part.offset + part.bytes;
            follows
        });
        if !is_covered || end != entry.bytes || entry.bytes / 3 < others || entry.bytes < 2 * PIECE
        {
            return vec![whole];
        }
        let mut pieces: Vec<Self> = Vec::new();
        for part in &entry.parts {
            let end = part.offset + part.bytes;
            match pieces.last_mut() {
                Some(piece) if piece.range.end - piece.range.start < PIECE => {
                    piece.range.end = end;
                    piece.rows = piece.rows.map(|rows| rows + part.rows);
                }
                _ => pieces.push(Self {
                    range: part.offset..end,
                    rows: Some(part.rows),
                    is_whole: false,
                    ..whole
                }),
            }
        }
        pieces
    }

    /// Copies it, and waits for its bytes where they have not come.
    pub(super) async fn copy(
        &self,
        session: &mut PgConnection,
        table: &Table,
        assembly: &Arc<Assembly>,
    ) -> Result<(), String> {
        if self.is_whole {
            // Emptied by the same transaction, the table needs no log where the server keeps none, and its rows count as old at once.
            run(session, &format!("BEGIN; TRUNCATE ONLY {}", table.staged)).await?;
        }
        let copied = self.send(session, table, assembly).await?;
        if let Some(rows) = self.rows
            && copied != rows
        {
            return Err(format!("the server took {copied} of {rows} rows"));
        }
        if self.is_whole {
            run(session, "COMMIT").await?;
        }
        Ok(())
    }

    async fn send(
        &self,
        session: &mut PgConnection,
        table: &Table,
        assembly: &Arc<Assembly>,
    ) -> Result<u64, String> {
        let copying = session.copy_in_raw(&self.statement(table)).await;
        let mut copying = copying.map_err(|error| words(&error))?;
        let mut growth = assembly.growth();
        let mut at = self.range.start;
        while at < self.range.end {
            let good = self.good(assembly, &mut growth, at).await?;
            let length = MESSAGE.min(good - at);
            let (file, from) = (self.file, Arc::clone(assembly));
            let read = spawn_blocking(move || from.read(file, at, length)).await;
            let bytes = read.map_err(|error| error.to_string())?;
            let bytes = bytes.map_err(|spoilt| RestoreError::from(spoilt).to_string())?;
            let sent = copying.send(bytes).await;
            sent.map_err(|error| words(&error))?;
            at += length;
        }
        copying.finish().await.map_err(|error| words(&error))
    }

    /// Waits until bytes behind `at` are good, and says how far they are.
    async fn good(
        &self,
        assembly: &Assembly,
        growth: &mut watch::Receiver<()>,
        at: u64,
    ) -> Result<u64, String> {
        loop {
            growth.mark_unchanged();
            let good = assembly.good(self.file).min(self.range.end);
            if good > at {
                return Ok(good);
            }
            let grown = growth.changed().await;
            grown.map_err(|_| "the file grows no more".to_owned())?;
        }
    }

    /// Whether its first bytes have come.
    pub(super) fn has_begun(&self, assembly: &Assembly) -> bool {
        self.range.is_empty() || assembly.good(self.file) > self.range.start
    }

    fn statement(&self, table: &Table) -> String {
        let format = if self.is_whole {
            format!("{}, FREEZE true", table.format)
        } else {
            table.format.replace("HEADER true", "HEADER false")
        };
        format!(
            "COPY {} {} FROM STDIN WITH ({format})",
            table.staged, table.columns
        )
    }
}

#[cfg(test)]
mod tests {
    use super::{PIECE, Rows};
    use crate::object::{FileEntry, Hash32, Part};

    fn entry(parts: u64, gap: u64) -> FileEntry {
        let part = |number: u64| Part {
            first: vec![],
            last: vec![],
            rows: 2,
            offset: 10 + gap + number * (PIECE / 2),
            bytes: PIECE / 2 - gap,
        };
        FileEntry {
            path: "public/t.csv".to_owned(),
            bytes: 10 + parts * (PIECE / 2),
            blake3: Hash32([0; 32]),
            executable: false,
            table: Some("t".to_owned()),
            recipe: vec![],
            parts: (0..parts).map(part).collect(),
        }
    }

    #[test]
    fn a_table_that_is_most_of_the_database_is_cut_where_parts_begin() {
        let pieces = Rows::of(3, 7, &entry(9, 0), PIECE);
        let ranges: Vec<_> = pieces
            .iter()
            .map(|piece| (piece.range.clone(), piece.rows.unwrap()))
            .collect();
        let end = |halves: u64| 10 + halves * (PIECE / 2);
        assert_eq!(
            ranges,
            [
                (10..end(2), 4),
                (end(2)..end(4), 4),
                (end(4)..end(6), 4),
                (end(6)..end(8), 4),
                (end(8)..end(9), 2)
            ]
        );
        assert!(pieces.iter().all(|piece| !piece.is_whole));
    }

    #[test]
    fn any_other_table_stays_in_one_piece() {
        for (entry, others) in [
            (entry(9, 0), 2 * PIECE),
            (entry(3, 0), 0),
            (entry(9, 5), 0),
            (entry(0, 0), 0),
        ] {
            let pieces = Rows::of(0, 0, &entry, others);
            assert_eq!(pieces.len(), 1);
            assert_eq!(pieces[0].range, 0..entry.bytes);
            assert!(pieces[0].is_whole);
        }
    }
}
