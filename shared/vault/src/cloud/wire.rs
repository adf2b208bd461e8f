//! What a provider's interface can do in one try; trying again is the caller's.

use std::fmt::Debug;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::BoxStream;
use object_store::path::Path;

use super::Listed;
use super::answer::Fault;

/// What came of a creation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Created {
    New,
    ExistsAlready,
}

/// An object that is being read.
pub(super) struct Reading {
    /// The length of the whole object.
    pub(super) length: u64,
    /// What changes when the object does, where the provider says so.
    pub(super) tag: Option<String>,
    pub(super) chunks: BoxStream<'static, Result<Bytes, Fault>>,
}

/// A provider's interface. Names are full, with the URL's folder.
#[async_trait]
pub(super) trait Wire: Debug + Send + Sync {
    async fn create(&self, path: &Path, bytes: Bytes) -> Result<Created, Fault>;

    /// The length of an object.
    async fn length(&self, path: &Path) -> Result<u64, Fault>;

    /// An object from this byte on, if it still is the one with this tag.
    async fn read(&self, path: &Path, from: u64, tag: Option<&str>) -> Result<Reading, Fault>;

    /// Adds what lies below a folder and comes after `after` in order of names; what was added stays after a fault.
    async fn list(
        &self,
        folder: &Path,
        after: Option<&Path>,
        found: &mut Vec<Listed>,
    ) -> Result<(), Fault>;

    /// The folders directly below a folder.
    async fn folders(&self, folder: &Path) -> Result<Vec<String>, Fault>;

    async fn delete(&self, path: &Path) -> Result<(), Fault>;
}
