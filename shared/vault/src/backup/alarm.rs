//! Signs that the data was encrypted, deleted or replaced since the last run.

use super::journal::Figures;

/// Runs smaller than this vary too much to be compared.
const SMALL: u64 = 8 * 1024 * 1024;

/// What an operator should look into before the older generations end. `same_generation` says whether unchanged data could be
/// found again.
pub(crate) fn signs(before: Figures, now: Figures, same_generation: bool) -> Vec<String> {
    let mut signs = Vec::new();
    if before.read >= SMALL {
        if now.read < before.read / 2 {
            signs.push(format!(
                "the sources shrank from {} to {}: was data deleted?",
                mib(before.read),
                mib(now.read)
            ));
        }
        if now.read / 2 > before.read {
            signs.push(format!(
                "the sources grew from {} to {}",
                mib(before.read),
                mib(now.read)
            ));
        }
    }
    if now.new >= SMALL && share(now.compressed, now.new) > 0.9 && had_been_compressible(before) {
        signs.push(format!(
            "new data hardly compresses any more ({:.0} % are left, {:.0} % were): was it encrypted by someone else?",
            share(now.compressed, now.new) * 100.0,
            share(before.compressed, before.new) * 100.0
        ));
    }
    if same_generation && before.read >= SMALL && now.new >= SMALL {
        let (was, is) = (share(before.new, before.read), share(now.new, now.read));
        // The first run of a generation is new as a whole and says nothing.
        if was < 0.5 && is > 0.3 && is > was * 5.0 {
            signs.push(format!(
                "{:.0} % of the data is new, {:.1} % was: was everything rewritten?",
                is * 100.0,
                was * 100.0
            ));
        }
    }
    signs
}

fn had_been_compressible(before: Figures) -> bool {
    before.new == 0 || share(before.compressed, before.new) < 0.7
}

#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 {
        return 0.0;
    }
    part as f64 / whole as f64
}

fn mib(bytes: u64) -> String {
    format!("{} MiB", bytes >> 20)
}

#[cfg(test)]
mod tests {
    use super::signs;
    use crate::backup::journal::Figures;

    const MIB: u64 = 1024 * 1024;

    fn figures(read: u64, new: u64, compressed: u64) -> Figures {
        Figures {
            read: read * MIB,
            new: new * MIB,
            compressed: compressed * MIB,
        }
    }

    #[test]
    fn an_ordinary_day_raises_no_alarm() {
        let day = figures(1_000, 10, 3);
        assert!(signs(day, figures(1_010, 12, 4), true).is_empty());
        assert!(signs(figures(1_000, 1_000, 250), day, true).is_empty());
        assert!(
            signs(day, figures(1_010, 1_010, 260), false).is_empty(),
            "a new generation"
        );
        assert!(signs(figures(0, 0, 0), figures(4, 4, 4), true).is_empty());
    }

    #[test]
    fn encrypted_rewritten_deleted_and_swollen_data_raise_one() {
        let day = figures(1_000, 10, 3);
        assert_eq!(signs(day, figures(1_000, 1_000, 999), true).len(), 2);
        assert_eq!(signs(day, figures(1_000, 900, 250), true).len(), 1);
        assert_eq!(signs(day, figures(400, 1, 1), true).len(), 1);
        assert_eq!(signs(day, figures(2_500, 1, 1), true).len(), 1);
    }
}
