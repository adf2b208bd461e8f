//! Backing up: settings, state, runs, the journal.
