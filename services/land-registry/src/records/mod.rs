//! The parts of a transcript, each as its class shows it.

mod description;
mod encumbrance;
mod owner;
mod title;
mod transcript;

pub(crate) use description::{BuildingDescription, ParcelDescription};
pub(crate) use encumbrance::EncumbranceEntry;
pub(crate) use owner::OwnershipEntry;
pub(crate) use title::{Title, object_of};
pub(crate) use transcript::Transcript;
