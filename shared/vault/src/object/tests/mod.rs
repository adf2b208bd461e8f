//! Promises of objects that span more than one file.

mod headers;
mod known_vault;
mod manifests;

use chrono::{DateTime, Utc};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::{
    CatalogueRef, CloudId, Codec, ContentHash, Descriptor, Epoch, Extent, Generation, Hash32, Head,
    HeadParts, PackId, RepositoryId, RepositoryKey, Run, SigningKeys, Witness,
};
use crate::keys::{MasterPublic, ceremony};

const REPOSITORY: RepositoryId = RepositoryId(Uuid::from_bytes([0x21; 16]));
const RUN: Run = Run(Uuid::from_bytes([0x22; 16]));
const EPOCH: Epoch = Epoch(Uuid::from_bytes([0x23; 16]));

fn day() -> DateTime<Utc> {
    "2026-11-21T08:00:00Z".parse().unwrap()
}

fn signing() -> SigningKeys {
    SigningKeys::from_seeds(Zeroizing::new([0x31; 32]), Zeroizing::new([0x32; 32])).unwrap()
}

fn repository_key() -> RepositoryKey {
    RepositoryKey::from_bytes(Zeroizing::new([0x33; 32]))
}

fn cloud_ids() -> Vec<CloudId> {
    (1..=3).map(|i| CloudId([0xc0 + i; 16])).collect()
}

fn master() -> MasterPublic {
    ceremony::hold(2, 3, day()).unwrap().master
}

fn descriptor(master: MasterPublic) -> Descriptor {
    let keys = signing().verifying().unwrap();
    Descriptor::new(REPOSITORY, day(), 2, cloud_ids(), &keys, master).unwrap()
}

fn head(previous: Option<Witness>, root: Vec<u8>) -> Head {
    Head::new(HeadParts {
        repository: REPOSITORY,
        generation: Generation::FIRST,
        previous,
        run: RUN,
        created: day(),
        expires: day() + chrono::Duration::days(2),
        need: 2,
        clouds: 3,
        epoch: (EPOCH, Hash32([0x41; 32])),
        catalogue: CatalogueRef {
            pieces: 1,
            hash: Hash32([0x42; 32]),
        },
        fragments_root: Hash32([0x43; 32]),
        root,
    })
    .unwrap()
}

fn extent(pack: u32, offset: u32, raw: u32) -> Extent {
    Extent {
        pack,
        offset,
        stored: raw,
        raw,
        codec: Codec::Plain,
        hash: ContentHash([0x51; 32]),
    }
}

fn pack(number: u8) -> PackId {
    PackId([number; 16])
}
