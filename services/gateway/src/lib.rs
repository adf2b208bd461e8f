//! The only public door.
//!
//! A request is judged as bytes (`listener`), routed by the services' own OpenAPI documents (`catalogue`), let in or
//! refused (`door`), carried to its service (`forward`), logged, and answered. `README.md` walks the same way in
//! words.

mod catalogue;
mod door;
mod forward;
mod health;
mod listener;
mod pages;
mod settings;
mod start;
mod trust;

pub use catalogue::{CatalogueError, Documents};
pub use settings::{
    Audit, Forwarding, Internal, Limits, Network, RateSetting, Rates, Settings, Tokens,
};
pub use start::{Parts, start};
