/// How the bytes of a file are to be read as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encoding {
    /// UTF-8, or anything else in which no byte of a longer character is ASCII.
    #[default]
    Utf8,
    /// Big5 and its extensions: the second byte of a character may be an ASCII letter or sign.
    Big5,
}

/// The CSV dialect of a file (RFC 4180 with other signs, see `docs/formats/data-package.md`). Lines end in `\n` or `\r\n`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dialect {
    /// Between two cells.
    pub delimiter: u8,
    /// Around a cell; doubled inside one.
    pub quote: u8,
    /// Of the bytes.
    pub encoding: Encoding,
}

impl Default for Dialect {
    fn default() -> Self {
        Self {
            delimiter: b',',
            quote: b'"',
            encoding: Encoding::Utf8,
        }
    }
}

/// What is known of a table before its rows are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableShape {
    /// The table.
    pub name: String,
    /// The columns of its key, from 0, in the order of the key; none when it has no key.
    pub key_columns: Vec<usize>,
    /// How rows and cells are told apart.
    pub dialect: Dialect,
    /// Whether the first line of every file of the table is a header.
    pub header: bool,
}
