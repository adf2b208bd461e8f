//! Packs: sealing, erasure coding, and filling them with extents.
//!
//! A pack is a box of one of four fixed lengths ([`Class`]); it is sealed under a key of its own and cut into one fragment
//! for each cloud ([`Code`]). See `docs/vault-format.md` §5 and §8.

mod class;
mod code;

pub use class::Class;
pub use code::{Code, CodeFault};
