//! The keys that sign access tokens: sealed in the database, two of them always published, rotated by one copy for all.

mod ring;
mod seal;

pub(crate) use ring::{KeyFault, Keys};
pub use seal::{SealFault, SealingKey};
