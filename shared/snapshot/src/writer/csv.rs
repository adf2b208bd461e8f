//! CSV as this project writes it: commas, quotes only where they are needed, `\n`.

/// Appends one record.
pub(crate) fn write_record<'a>(out: &mut Vec<u8>, cells: impl Iterator<Item = &'a str>) {
    let start = out.len();
    for (at, cell) in cells.enumerate() {
        if at > 0 {
            out.push(b',');
        }
        if cell
            .bytes()
            .any(|byte| matches!(byte, b',' | b'"' | b'\n' | b'\r'))
        {
            out.push(b'"');
            out.extend_from_slice(cell.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(cell.as_bytes());
        }
    }
    if out.len() == start {
        // A record of one empty cell would otherwise be an empty line.
        out.extend_from_slice(b"\"\"");
    }
    out.push(b'\n');
}
