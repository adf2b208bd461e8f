//! The same data a day later: one row in a hundred, at random, has another last field.

use std::fs;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::Path;

use super::tree::Tree;
use crate::Failure;

/// Copies the tree with the changes.
pub(super) fn one_row_in_a_hundred(source: &Tree, into: &Path) -> Result<Tree, Failure> {
    let mut chance = fastrand::Rng::with_seed(1);
    for file in &source.files {
        let target = into.join(file);
        fs::create_dir_all(target.parent().ok_or("a file without a folder")?)?;
        if file.extension().is_some_and(|kind| kind == "csv") {
            rows(&source.folder.join(file), &target, &mut chance)?;
        } else {
            fs::copy(source.folder.join(file), target)?;
        }
    }
    Tree::read(into)
}

fn rows(from: &Path, to: &Path, chance: &mut fastrand::Rng) -> Result<(), Failure> {
    let mut reader = BufReader::new(fs::File::open(from)?);
    let mut writer = BufWriter::new(fs::File::create(to)?);
    let mut line = Vec::new();
    let mut header = true;
    while reader.read_until(b'\n', &mut line)? > 0 {
        if !std::mem::take(&mut header) && chance.u32(..100) == 0 {
            change(&mut line);
        }
        writer.write_all(&line)?;
        line.clear();
    }
    Ok(writer.flush()?)
}

/// Another last digit, or one more where the row does not end with a digit.
fn change(line: &mut Vec<u8>) {
    let end = line.trim_ascii_end().len();
    match line[..end].last_mut() {
        Some(digit) if digit.is_ascii_digit() => *digit = b'0' + (*digit - b'0' + 1) % 10,
        _ => line.insert(end, b'1'),
    }
}

#[cfg(test)]
mod tests {
    use super::change;

    #[test]
    fn a_changed_row_is_still_one_row() {
        let mut digit = b"a,9\r\n".to_vec();
        change(&mut digit);
        assert_eq!(digit, b"a,0\r\n");
        let mut empty = b"a,\n".to_vec();
        change(&mut empty);
        assert_eq!(empty, b"a,1\n");
    }
}
