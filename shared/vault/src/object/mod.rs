//! The objects of a vault as they stand on a cloud: names, envelopes, heads, manifests.
//!
//! Every `from_bytes` and `open` here is total: whatever the bytes, it returns, and a fault names the member.

mod catalogue;
mod cbor;
mod descriptor;
mod envelope;
mod epoch;
mod extent;
mod fault;
mod head;
mod identifiers;
mod keyring;
mod manifest;
mod merkle;
mod names;
pub(crate) mod primitives;
mod recipe;
pub(crate) mod secret;
mod signing;
mod source_manifest;
pub(crate) mod text;

#[cfg(test)]
mod tests;

pub use catalogue::{CATALOGUE_PIECE, Catalogue, CataloguePack, SealedCatalogue};
pub use cbor::Manifest;
pub use descriptor::Descriptor;
pub use envelope::{ENVELOPE_AT_MOST, Envelope, ObjectKind, Opened};
pub use epoch::EpochObject;
pub use extent::{Codec, EXTENT_AT_MOST, Extent, MANIFEST_EXTENT_AT_MOST, Segment};
pub use fault::ObjectFault;
pub use head::{CatalogueRef, Head, HeadParts, RootPointer, Witness};
pub(crate) use identifiers::random;
pub use identifiers::{
    Ceremony, CloudId, CloudNumber, ContentHash, Epoch, Generation, Hash32, NoRandomness, NotAn,
    PackId, RepositoryId, Run, Sequence, Session,
};
pub use keyring::Keyring;
pub use manifest::{RootManifest, SourceEntry, SourceKind, is_file_name, is_relative_path};
pub use merkle::MerkleTree;
pub use names::{Names, folders, head_sequence};
pub use primitives::DoesNotOpen;
pub use recipe::{RecipeFault, RecipeReader, RecipeWriter, encode_recipe};
pub use secret::{CatalogueKey, CloudKey, ContentKey, EpochKey, NotAnEpochKey, RepositoryKey};
pub use signing::{SigningKeys, VerifyingKeys};
pub use source_manifest::{FileEntry, Part, SourceManifest};
pub use text::{array_from_hex, from_hex, hex};
