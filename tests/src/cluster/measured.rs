//! How equally copies share, and how long they take.

use std::time::Duration;

/// By how much of an equal share the most unequal of these differs.
pub(super) fn inequality(counts: &[u64]) -> f64 {
    let all: u64 = counts.iter().sum();
    let equal = as_f64(all) / as_f64(counts.len().try_into().unwrap_or(u64::MAX));
    counts
        .iter()
        .map(|count| (as_f64(*count) - equal).abs() / equal.max(1.0))
        .fold(0.0, f64::max)
}

/// As people read it.
pub(super) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}

/// As people read it.
pub(super) fn seconds(time: Duration) -> String {
    format!("{:.2} s", time.as_secs_f64())
}

#[expect(
    clippy::cast_precision_loss,
    reason = "requests of a few minutes are fewer than a float counts exactly"
)]
fn as_f64(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::inequality;

    #[test]
    fn equal_shares_differ_by_nothing_and_a_copy_that_has_all_by_its_whole_share() {
        assert!(inequality(&[500, 500]) < 1e-9);
        assert!((inequality(&[550, 450]) - 0.1).abs() < 1e-9);
        assert!((inequality(&[100, 0]) - 1.0).abs() < 1e-9);
        assert!((inequality(&[0, 0])).abs() < 1e-9);
    }
}
