//! What a capability is, and how one runs.
