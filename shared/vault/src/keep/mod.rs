//! Keeping: status, scrub, repair, retention. None of it opens a backed-up byte, and none but retention needs a custodian.
//!
//! All of it begins with the [`Inventory`]: every object that should be on the clouds, by the signed heads and the
//! catalogues that the repository key opens.

mod inventory;
mod prune;
mod repair;
mod scrub;
mod status;

pub use inventory::{Inventory, Keeper, Scope, Thing};
pub use prune::{Pruned, PrunedGeneration, prune};
pub use repair::{Repaired, Unrepaired, repair};
pub use scrub::{Scrubbed, Wrong, scrub};
pub use status::{CloudStatus, Colour, Status, status};
