//! An invented population, the same for the same seed. Nobody in it exists; the numbers are well-formed.
//!
//! Every system draws from one [`World`], so that the records of different systems agree on who people are.

mod chance;
mod company;
mod household;
mod person;
mod rows;
mod world;

pub use chance::Chance;
pub use company::Company;
pub use household::{Area, Household};
pub use person::Person;
pub use rows::Rows;
pub use world::{TODAY, World};
