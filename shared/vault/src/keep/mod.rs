//! Keeping: status, scrub, repair, retention.
