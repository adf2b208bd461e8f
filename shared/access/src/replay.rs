//! What may be used once: proofs, assertions, internal tokens.

mod memory;

pub use memory::Memory;

/// Whether something was used before cannot be said now. Callers refuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReplayUnavailable {
    /// More unexpired entries than memory is given for.
    #[error("the store of used identifiers is full")]
    Full,
    /// The shared store does not answer.
    #[error("the store of used identifiers does not answer")]
    Down,
}
