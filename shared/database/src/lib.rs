//! A service's own database: one schema of PostgreSQL or one SQLite file, brought up to date when it is opened.
//!
//! Stores of snapshots are not opened here: they are made anew by every load and have no migrations.

mod dialect;
mod lanes;
mod open;
mod question;
mod traced;

pub use dialect::{create, ddl};
pub use lanes::Lanes;
pub use open::{OpenError, Place, open, postgres_options};
pub use question::{Dialect, Question};
pub use traced::statement;
