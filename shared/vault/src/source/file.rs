use std::io::Read;

use crate::cut::TableShape;

/// One file of a source, ready to be read once from its front.
pub struct SourceFile {
    /// Relative to the source, `/` between its steps, never with `..`.
    pub path: String,
    /// Whether its owner may run it.
    pub executable: bool,
    /// Bytes, when that is known before reading.
    pub bytes: Option<u64>,
    /// How to read it as rows, if it is part of a table. Files of one table follow each other.
    pub table: Option<TableShape>,
    /// What is packed together: the table's name, or an empty text for all files that are no table's.
    pub group: String,
    /// The bytes.
    pub reader: Box<dyn Read + Send>,
}

impl std::fmt::Debug for SourceFile {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("SourceFile")
            .field("path", &self.path)
            .field("bytes", &self.bytes)
            .field("table", &self.table)
            .field("group", &self.group)
            .finish_non_exhaustive()
    }
}
