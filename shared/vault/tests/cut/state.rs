use std::fs;

use tempfile::TempDir;

use crate::shelf::{Shelf, key, key_of, shape};
use vault::cut::{SeenFault, SeenTable, TableCutter};

fn table() -> Vec<u8> {
    let rows = (0..9000).map(|id| format!("{id:06},row {}\n", id * 7));
    std::iter::once("id,text\n".to_owned())
        .chain(rows)
        .collect::<String>()
        .into_bytes()
}

#[test]
fn a_list_of_another_key_or_with_a_damaged_end_is_refused() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows");
    assert!(matches!(
        SeenTable::load(&path, &key()),
        Err(SeenFault::Missing)
    ));
    let (_, seen) = Shelf::default().table(&shape(&[0]), None, &[&table()]);
    assert_eq!(seen.rows(), 9001);
    seen.save(&path).unwrap();
    let other = SeenTable::load(&path, &key_of(1));
    assert!(matches!(other, Err(SeenFault::Damaged)));
    let whole = fs::read(&path).unwrap();
    for at in [
        whole.len() - 1,
        whole.len() - 20,
        whole.len() - 48,
        whole.len() - 60,
    ] {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(&path, bytes).unwrap();
        let loaded = SeenTable::load(&path, &key());
        assert!(matches!(loaded, Err(SeenFault::Damaged)), "byte {at}");
    }
    for length in [0, 10, 60, whole.len() - 1] {
        fs::write(&path, &whole[..length]).unwrap();
        let loaded = SeenTable::load(&path, &key());
        assert!(matches!(loaded, Err(SeenFault::Damaged)), "{length} bytes");
    }
}

#[test]
fn a_damaged_block_costs_rows_and_never_bytes() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("rows");
    let mut shelf = Shelf::default();
    let table = table();
    let (_, seen) = shelf.table(&shape(&[0]), None, &[&table]);
    seen.save(&path).unwrap();
    let mut bytes = fs::read(&path).unwrap();
    // In the second block: behind more than 2,048 rows of at least 13 bytes.
    bytes[2048 * 14 + 5000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let seen = SeenTable::load(&path, &key()).unwrap();
    let mut cutter = TableCutter::new(shape(&[0]), Some(seen), &key(), folder.path()).unwrap();
    let cut = cutter.cut(&table[..], &mut shelf).unwrap();
    assert!(cutter.was_state_damaged());
    assert!(shelf.file(&cut) == table);
}

#[test]
fn nothing_is_referred_to_that_the_generation_does_not_hold() {
    let mut shelf = Shelf::default();
    let table = table();
    let (_, seen) = shelf.table(&shape(&[0]), None, &[&table]);
    shelf.extents.clear();
    shelf.forgets = true;
    let (cuts, _) = shelf.table(&shape(&[0]), Some(seen), &[&table]);
    assert_eq!(cuts[0].literal_bytes, table.len() as u64);
}
