//! The hypothesis: rows ordered by key are found again, rows in any order are not.

use std::fmt::Write as _;

use crate::shelf::{Shelf, shape};

const ROWS: u64 = 60_000;
const DAYS: u64 = 5;

/// Bytes that five days of 0.1 % changes write after the first, in percent of a day's table.
fn written(is_ordered: bool) -> f64 {
    let mut random = fastrand::Rng::with_seed(11);
    let mut table: Vec<(u64, u64)> = (0..ROWS).map(|id| (id, random.u64(..))).collect();
    let mut shelf = Shelf::default();
    let (mut seen, mut written, mut bytes) = (None, 0, 0);
    for day in 0..=DAYS {
        let mut today = table.clone();
        if !is_ordered {
            random.shuffle(&mut today);
        }
        let mut csv = "id,text\n".to_owned();
        for (id, text) in &today {
            writeln!(csv, "{id:010},{text:020},{text:064b}").unwrap();
        }
        let (cuts, next) = shelf.table(&shape(&[0]), seen.take(), &[csv.as_bytes()]);
        seen = Some(next);
        if day > 0 {
            written += cuts[0].literal_bytes;
            bytes += csv.len() as u64;
        }
        for row in &mut table {
            if random.u32(..1000) == 0 {
                row.1 = random.u64(..);
            }
        }
    }
    percent(written, bytes)
}

#[expect(clippy::cast_precision_loss, reason = "a share of small numbers")]
fn percent(part: u64, whole: u64) -> f64 {
    100.0 * part as f64 / whole as f64
}

#[test]
fn rows_ordered_by_key_are_found_again_and_rows_in_any_order_are_not() {
    let (ordered, shuffled) = (written(true), written(false));
    assert!(ordered < 0.2, "{ordered} %");
    assert!(shuffled > 90.0, "{shuffled} %");
}
