//! The text of a part: its bytes, hashed as they are read, in UTF-8 whatever the part is encoded in.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, Read as _};

use encoding_rs::{BIG5, Decoder, DecoderResult};

use crate::digest::Running;
use crate::package::path::Part;
use crate::package::resource::Encoding;
use crate::read::hkscs;

/// Bytes asked of the file at a time.
const CHUNK: usize = 128 << 10;

/// Stands in decoded text where the bytes were no character. It is not a character itself (Unicode noncharacter), and no
/// byte sequence of Big5 decodes to it.
pub(crate) const NO_CHARACTER: char = '\u{FFFF}';

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads a part as UTF-8. Text that is declared UTF-8 is handed on as it is, for the reader of records to check.
pub(crate) struct PartText {
    file: File,
    hash: Running,
    big5: Option<Big5>,
    chunk: Vec<u8>,
    at_start: bool,
    ended: bool,
    bytes: u64,
}

impl PartText {
    /// Opens `part`; `hash` is the running hash of the parts before it.
    pub(crate) fn open(part: &Part, encoding: Encoding, hash: Running) -> io::Result<Self> {
        let file = File::open(&part.file)?;
        let big5 = (encoding != Encoding::Utf8).then(|| Big5 {
            decoder: BIG5.new_decoder_without_bom_handling(),
            hkscs: encoding == Encoding::Big5Hkscs,
        });
        Ok(Self {
            file,
            hash,
            big5,
            chunk: vec![0; CHUNK],
            at_start: true,
            ended: false,
            bytes: 0,
        })
    }

    /// Appends some text to `out`. `false` at the end of the part.
    pub(crate) fn fill(&mut self, out: &mut Vec<u8>) -> io::Result<bool> {
        if self.ended {
            return Ok(false);
        }
        let mut read = 0;
        // The first chunk is read until a byte order mark can be told.
        while read < BYTE_ORDER_MARK.len() {
            match self.file.read(&mut self.chunk[read..]) {
                Ok(0) => {
                    self.ended = true;
                    break;
                }
                Ok(more) => read += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        self.hash.update(&self.chunk[..read]);
        self.bytes += read as u64;
        let mut from = 0;
        if std::mem::take(&mut self.at_start)
            && self.big5.is_none()
            && self.chunk[..read].starts_with(BYTE_ORDER_MARK)
        {
            from = BYTE_ORDER_MARK.len();
        }
        match &mut self.big5 {
            None => out.extend_from_slice(&self.chunk[from..read]),
            Some(big5) => big5.decode(&self.chunk[..read], self.ended, out),
        }
        Ok(true)
    }

    /// Bytes read so far.
    pub(crate) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Hash of the parts before and of what has been read of this one.
    pub(crate) fn hash(&self) -> [u8; 32] {
        self.hash.so_far()
    }
}

/// Bytes of Big5 on their way to text.
struct Big5 {
    decoder: Decoder,
    /// Whether the part is declared to hold Hong Kong's mapping.
    hkscs: bool,
}

impl Big5 {
    fn decode(&mut self, mut bytes: &[u8], last: bool, out: &mut Vec<u8>) {
        let begin = out.len();
        loop {
            let room = self
                .decoder
                .max_utf8_buffer_length_without_replacement(bytes.len())
                .unwrap_or(CHUNK);
            let start = out.len();
            out.resize(start + room, 0);
            let (result, read, written) =
                self.decoder
                    .decode_to_utf8_without_replacement(bytes, &mut out[start..], last);
            out.truncate(start + written);
            bytes = &bytes[read..];
            match result {
                DecoderResult::InputEmpty => break,
                DecoderResult::OutputFull => {}
                DecoderResult::Malformed(..) => {
                    out.extend_from_slice(NO_CHARACTER.encode_utf8(&mut [0; 4]).as_bytes());
                }
            }
        }
        if self.hkscs
            && let Ok(text) = std::str::from_utf8(&out[begin..])
            && let Cow::Owned(meant) = hkscs::symbols(text)
        {
            out.truncate(begin);
            out.extend_from_slice(meant.as_bytes());
        }
    }
}
