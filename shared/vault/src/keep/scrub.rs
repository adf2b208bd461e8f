//! The scrub: downloads everything from every cloud and proves it. It needs no key that opens a byte.

use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use super::inventory::{Inventory, Keeper, Scope, Thing};
use crate::cloud::{CloudError, Kind};
use crate::restore::RestoreError;

/// How many objects of one cloud are under way at once.
const AT_ONCE: usize = 4;

/// An object that is missing or wrong on a cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Wrong {
    /// The cloud's number.
    pub number: u8,
    /// The cloud's name.
    pub cloud: String,
    /// What it should be.
    pub what: &'static str,
    /// The object's full name.
    pub object: String,
    /// What is wrong.
    pub kind: Kind,
    /// More, for people.
    pub detail: String,
    #[serde(skip)]
    pub(super) thing: Thing,
}

/// What a scrub found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scrubbed {
    /// Restore points that were looked at.
    pub points: usize,
    /// Objects that are right.
    pub right: u64,
    /// Bytes that were downloaded.
    pub bytes: u64,
    /// Objects that are not.
    pub wrong: Vec<Wrong>,
    /// What the operator must know.
    pub warnings: Vec<String>,
}

/// Proves every object of these restore points on every cloud; `seen` is told of each one.
///
/// # Errors
/// When the vault or its newest restore point cannot be read at all.
pub async fn scrub(
    keeper: &Keeper,
    scope: Scope,
    seen: &(dyn Fn(u64) + Send + Sync),
) -> Result<Scrubbed, RestoreError> {
    let before = keeper.found.received();
    let inventory = Inventory::read(keeper, scope).await?;
    let (wrong, right) = all(keeper, &inventory, seen).await;
    Ok(Scrubbed {
        points: inventory.points.len(),
        right,
        bytes: keeper.found.received() - before,
        wrong,
        warnings: inventory.warnings,
    })
}

/// Proves everything; those that are wrong, in order of clouds, and how many are right.
pub(super) async fn all(
    keeper: &Keeper,
    inventory: &Inventory,
    seen: &(dyn Fn(u64) + Send + Sync),
) -> (Vec<Wrong>, u64) {
    let things = inventory.things();
    let things = &things;
    let clouds = keeper.each().map(|(number, cloud)| async move {
        let Some(cloud) = cloud else {
            return (vec![absent(keeper, number)], 0);
        };
        let proofs = things.iter().map(|thing| async move {
            let proof = inventory.prove(keeper, cloud, thing).await;
            seen(inventory.length(thing).unwrap_or(0));
            proof.err().map(|error| Wrong::new(*thing, error))
        });
        let mut proofs = stream::iter(proofs).buffered(AT_ONCE);
        let (mut wrong, mut right) = (Vec::new(), 0);
        while let Some(proof) = proofs.next().await {
            match proof {
                Some(fault) => wrong.push(fault),
                None => right += 1,
            }
        }
        (wrong, right)
    });
    let (mut wrong, mut right) = (Vec::new(), 0);
    for (of_cloud, good) in futures_util::future::join_all(clouds).await {
        wrong.extend(of_cloud);
        right += good;
    }
    (wrong, right)
}

/// A cloud that does not answer is one thing that is wrong, not as many as it should hold.
pub(super) fn absent(keeper: &Keeper, number: u8) -> Wrong {
    let blames = keeper.found.clouds.blames().all();
    let blame = blames.into_iter().find(|blame| blame.number == number);
    Wrong {
        number,
        cloud: keeper.cloud_name(number),
        what: "cloud",
        object: String::new(),
        kind: blame.as_ref().map_or(Kind::Unreachable, |blame| blame.kind),
        detail: blame.map_or_else(|| "it was not named".to_owned(), |blame| blame.detail),
        thing: Thing::Descriptor,
    }
}

impl Wrong {
    pub(super) fn new(thing: Thing, error: CloudError) -> Self {
        Self {
            number: error.number,
            cloud: error.cloud,
            what: thing.word(),
            object: error.object,
            kind: error.kind,
            detail: error.detail,
            thing,
        }
    }
}
