//! What someone outside the clouds knows of a vault's newest backup. It alone catches a rollback on all clouds at once.

use std::path::Path;

use super::RestoreError;
use crate::object::{NotAn, Witness};

/// What the operator named: a witness itself, or a file in which witnesses stand as words, of which the newest counts.
///
/// # Errors
/// When it is neither.
pub fn named_witness(text: &str) -> Result<Witness, RestoreError> {
    let usage = |said: String| RestoreError::Usage(said);
    let own: Result<Witness, NotAn> = text.parse();
    let path = Path::new(text);
    match own {
        Ok(witness) => Ok(witness),
        Err(said) if !path.is_file() => Err(usage(format!(
            "`{text}` is {said}, nor a file with such words"
        ))),
        Err(_) => {
            let log = std::fs::read_to_string(path)
                .map_err(|error| usage(format!("{}: {error}", path.display())))?;
            let words = log.split(|c: char| c.is_whitespace() || matches!(c, '"' | ','));
            let newest = words
                .filter_map(|word| word.parse::<Witness>().ok())
                .max_by_key(|witness| witness.sequence);
            newest.ok_or_else(|| usage(format!("{} names no witness", path.display())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::named_witness;

    #[test]
    fn the_newest_witness_of_a_log_counts() {
        let dir = tempfile::tempdir().unwrap();
        let log = dir.path().join("witness.log");
        let (a, b) = ("0a".repeat(32), "0b".repeat(32));
        std::fs::write(&log, format!("2026-11-01 9:{a}\n2026-11-02 10:{b}\n")).unwrap();
        let newest = named_witness(log.to_str().unwrap()).unwrap();
        assert_eq!(newest.to_string(), format!("10:{b}"));
        assert_eq!(named_witness(&format!("9:{a}")).unwrap().sequence.get(), 9);
        for wrong in ["9", "0:0a", "/nowhere", ""] {
            assert!(named_witness(wrong).is_err(), "{wrong}");
        }
    }
}
