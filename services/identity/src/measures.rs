//! Identity's figures.

use metrics::counter;

/// The grant of a request that names none of ours.
pub(crate) const NO_GRANT: &str = "none";

/// Shows, from the start, those that count what should not happen.
pub(crate) fn register() {
    store_failures(0);
    refresh_reuse(0);
}

/// A token was asked for by this grant, and this came of it.
pub(crate) fn sign_in(grant: &'static str, outcome: &'static str) {
    counter!("lifeboat_identity_sign_ins_total", "grant" => grant, "outcome" => outcome)
        .increment(1);
}

/// The store failed so many times more.
pub(crate) fn store_failures(more: u64) {
    counter!("lifeboat_identity_store_failures_total").increment(more);
}

/// So many refresh tokens more were used twice.
pub(crate) fn refresh_reuse(more: u64) {
    counter!("lifeboat_identity_refresh_reuse_total").increment(more);
}
