//! Packs: sealing, erasure coding, and filling them with extents.
//!
//! A pack is a box of one of four fixed lengths ([`Class`]), filled by a [`Packer`]; it is sealed under a key of its own
//! ([`seal()`]) and cut into one fragment for each cloud ([`Code`]). See `docs/vault-format.md` §5 and §8.

mod class;
mod code;
mod packer;
mod seal;

pub use class::Class;
pub use code::{Code, CodeFault};
pub use packer::{Packer, Parcel, Placed, TooLong};
pub use seal::{PackFault, open, seal};
