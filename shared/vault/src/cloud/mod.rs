//! Clouds: where a vault's objects lie, and what they answer.
//!
//! A [`Cloud`] keeps immutable objects under names; it is opened from a URL by [`open`]. [`Clouds`] asks several of them at
//! once and takes what the fastest answer well. Nothing here knows what an object means, and nothing here is secret.

mod answer;
mod blames;
mod clouds;
mod credentials;
mod error;
mod google;
mod limit;
mod line;
mod local;
mod opening;
mod persistence;
mod providers;
mod remote;
mod settings;
mod stores;
mod traffic;
mod wire;

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{DateTime, TimeDelta, Utc};

pub use blames::{Blame, Blames};
pub use clouds::{Clouds, GatherError, Wanted};
pub use error::{CloudError, Kind};
pub use opening::{open, prepare};
pub use settings::{Bandwidth, CloudSettings};
pub use traffic::Traffic;

/// What a successful creation found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// The object is new.
    Created,
    /// An object of this name with exactly these bytes was there before.
    AlreadyThere,
}

/// An object that a cloud says it has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// The full name below the cloud's URL.
    pub name: String,
    /// Length in bytes.
    pub bytes: u64,
    /// When it was stored, by the cloud's own clock.
    pub modified: DateTime<Utc>,
}

/// Storage for immutable objects at one provider.
///
/// Calls are retried inside; an error means that patience is over. Dropping a call's future ends the call.
#[async_trait]
pub trait Cloud: Debug + Send + Sync {
    /// The number of the cloud in its repository, from 1.
    fn number(&self) -> u8;

    /// What people call it, as in `vault.toml`.
    fn name(&self) -> &str;

    /// Stores an object if there is none of this name; it is durable when this returns.
    ///
    /// # Errors
    /// [`Kind::Differs`] when an object of this name with other bytes is there; it is left as it is. Otherwise why it could
    /// not be stored.
    async fn put_new(&self, name: &str, bytes: Bytes) -> Result<Put, CloudError>;

    /// An object's bytes. After a cut it goes on from the byte received last.
    ///
    /// # Errors
    /// [`Kind::TooLong`] as soon as the object is known to have more than `at_most` bytes; otherwise why it could not be
    /// read.
    async fn get(&self, name: &str, at_most: u64) -> Result<Bytes, CloudError>;

    /// Every object below the folder `prefix` (of all, when empty), in order of names. A folder that does not exist is empty.
    ///
    /// # Errors
    /// When the cloud could not be asked to the end: a part of the list is never returned.
    async fn list(&self, prefix: &str) -> Result<Vec<Listed>, CloudError>;

    /// The folders directly below the folder `prefix` (of all, when empty), as full names without a final `/`, in order.
    ///
    /// # Errors
    /// As of [`list`](Self::list).
    async fn folders(&self, prefix: &str) -> Result<Vec<String>, CloudError>;

    /// Removes an object; one that is not there is removed already.
    ///
    /// # Errors
    /// [`Kind::Refused`] where a lock or the credentials forbid it; otherwise why it could not be removed.
    async fn delete(&self, name: &str) -> Result<(), CloudError>;

    /// How far the cloud's clock is ahead of ours; none as long as nothing tells.
    ///
    /// # Errors
    /// When the cloud could not be asked.
    async fn clock_skew(&self) -> Result<Option<TimeDelta>, CloudError>;

    /// What has flowed to and from it since it was opened.
    fn traffic(&self) -> Traffic;
}
