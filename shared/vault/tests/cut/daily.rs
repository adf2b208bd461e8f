//! What a second run writes again.

use crate::shelf::{Shelf, shape};
use vault::cut::FileCut;

type Rows = Vec<(u64, String)>;

fn rows(random: &mut fastrand::Rng, count: u64) -> Rows {
    (0..count).map(|id| (id * 10, text(random))).collect()
}

fn text(random: &mut fastrand::Rng) -> String {
    let letters = std::iter::repeat_with(|| random.alphanumeric());
    letters.take(90).collect()
}

fn csv(rows: &[(u64, String)]) -> Vec<u8> {
    let mut csv = b"id,text\n".to_vec();
    for (id, text) in rows {
        csv.extend_from_slice(format!("{id:010},{text}\n").as_bytes());
    }
    csv
}

/// Bytes written again, as a share of the table, after a change between two days.
fn again(count: u64, change: impl FnOnce(&mut Rows, &mut fastrand::Rng)) -> f64 {
    let mut random = fastrand::Rng::with_seed(3);
    let mut table = rows(&mut random, count);
    let mut shelf = Shelf::default();
    let (_, seen) = shelf.table(&shape(&[0]), None, &[&csv(&table)]);
    change(&mut table, &mut random);
    let second = csv(&table);
    let (cuts, _) = shelf.table(&shape(&[0]), Some(seen), &[&second]);
    assert_eq!(cuts[0].rows, table.len() as u64);
    share(&cuts, second.len())
}

#[expect(clippy::cast_precision_loss, reason = "shares of small numbers")]
fn share(cuts: &[FileCut], bytes: usize) -> f64 {
    cuts.iter().map(|cut| cut.literal_bytes).sum::<u64>() as f64 / bytes as f64
}

#[test]
fn nothing_changed_nothing_written() {
    assert!(again(30_000, |_, _| {}) < f64::EPSILON);
}

#[test]
fn one_row_in_a_hundred_changed_writes_little_more_than_one_in_a_hundred() {
    let share = again(60_000, |rows, random| {
        for row in rows.iter_mut() {
            if random.u32(..100) == 0 {
                row.1 = text(random);
            }
        }
    });
    assert!((0.008..0.015).contains(&share), "{share}");
}

#[test]
fn inserted_and_deleted_rows_are_all_that_is_written() {
    let share = again(60_000, |rows, random| {
        rows.retain(|_| random.u32(..200) > 0);
        for _ in 0..300 {
            let id = random.u64(..600_000) / 10 * 10 + 1;
            rows.push((id, text(random)));
        }
        rows.sort();
        rows.dedup_by_key(|row| row.0);
    });
    assert!(share < 0.01, "{share}");
}

#[test]
fn a_large_deletion_is_stepped_over() {
    let share = again(60_000, |rows, _| drop(rows.drain(5_000..45_000)));
    assert!(share < 0.08, "{share}");
}

#[test]
fn a_large_insertion_costs_itself_and_no_more() {
    let share = again(40_000, |rows, random| {
        let fresh: Rows = (0..20_000).map(|id| (100_000 + id, text(random))).collect();
        rows.splice(10_000..10_000, fresh);
    });
    assert!((0.33..0.345).contains(&share), "{share}");
}

#[test]
fn rows_that_moved_as_a_block_are_found_again() {
    let share = again(60_000, |rows, _| rows.rotate_left(25_000));
    assert!(share < 0.03, "{share}");
}

#[test]
fn equal_rows_do_not_lead_astray() {
    let mut shelf = Shelf::default();
    let line = b"the same row\n".repeat(50_000);
    let (_, seen) = shelf.table(&shape(&[]), None, &[&line]);
    let fewer = &line[..13 * 40_000];
    let (cuts, _) = shelf.table(&shape(&[]), Some(seen), &[fewer]);
    assert_eq!(cuts[0].literal_bytes, 0);
}

#[test]
fn rows_that_moved_to_the_next_file_are_found_again() {
    let mut random = fastrand::Rng::with_seed(5);
    let mut table = rows(&mut random, 40_000);
    let mut shelf = Shelf::default();
    let parted = |rows: &Rows| rows.chunks(10_000).map(csv).collect::<Vec<_>>();
    let first = parted(&table);
    let first: Vec<&[u8]> = first.iter().map(Vec::as_slice).collect();
    let (_, seen) = shelf.table(&shape(&[0]), None, &first);
    // 900 new rows at the front push rows over every border.
    let fresh: Rows = (0..900).map(|id| (id, text(&mut random))).collect();
    table.splice(0..0, fresh);
    let second = parted(&table);
    let files: Vec<&[u8]> = second.iter().map(Vec::as_slice).collect();
    let (cuts, _) = shelf.table(&shape(&[0]), Some(seen), &files);
    let share = share(&cuts, files.iter().map(|file| file.len()).sum());
    assert!((0.021..0.026).contains(&share), "{share}");
}

#[test]
fn many_days_of_changes_neither_scatter_nor_lose_a_table() {
    let mut random = fastrand::Rng::with_seed(9);
    let mut table = rows(&mut random, 20_000);
    let mut shelf = Shelf::default();
    let (_, mut seen) = shelf.table(&shape(&[0]), None, &[&csv(&table)]);
    for _ in 0..10 {
        for row in &mut table {
            if random.u32(..100) == 0 {
                row.1 = text(&mut random);
            }
        }
        let today = csv(&table);
        let (cuts, next) = shelf.table(&shape(&[0]), Some(seen), &[&today]);
        seen = next;
        assert!(cuts[0].segments.len() <= 1_020 * ((today.len() >> 20) + 1));
    }
}
