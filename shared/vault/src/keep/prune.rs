//! Retention: removes whole generations, keyring first.
//!
//! A generation never refers to another, so nothing has to be marked or swept. When its keyring is gone from every cloud,
//! nobody can open what is left of it, also where a lock keeps the rest for longer.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::Serialize;

use super::inventory::{Inventory, Keeper, Scope, Thing};
use crate::cloud::Kind;
use crate::object::Generation;
use crate::restore::{Refusal, RestoreError};

/// How many custodians must agree: no one person removes backups.
const PERSONS: u8 = 2;

/// A generation that is removed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PrunedGeneration {
    /// Its number.
    pub generation: u32,
    /// Its restore points.
    pub points: usize,
    /// When the last of them was made.
    pub newest: DateTime<Utc>,
    /// Whether its keyring is gone from every cloud of the vault: nobody can open it any more.
    pub erased: bool,
    /// Objects that were deleted, on all clouds.
    pub deleted: u64,
    /// Objects that a lock or the credentials kept, on all clouds.
    pub kept: u64,
    /// What went wrong, by cloud.
    pub faults: Vec<String>,
}

/// What a prune did, or would do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Pruned {
    /// Whether anything was deleted at all.
    pub dry_run: bool,
    /// The generations, oldest first.
    pub generations: Vec<PrunedGeneration>,
    /// The generations that stay.
    pub stay: Vec<u32>,
}

/// Removes every generation whose last backup is older than `retention`, never the newest generation. With `dry_run` it says
/// what it would remove. `approved` are the custodians whose good shares were given.
///
/// # Errors
/// [`Refusal::Custodians`] unless two different custodians of the vault's ceremony agree, also in a dry run.
pub async fn prune(
    keeper: &Keeper,
    approved: &BTreeSet<u8>,
    retention: TimeDelta,
    dry_run: bool,
) -> Result<Pruned, RestoreError> {
    let good = u8::try_from(approved.len()).unwrap_or(u8::MAX);
    if good < PERSONS {
        return Err(Refusal::Custodians {
            need: PERSONS,
            good,
            problems: Vec::new(),
        }
        .into());
    }
    let inventory = Inventory::read(keeper, Scope::All).await?;
    let mut ages: BTreeMap<Generation, (usize, DateTime<Utc>)> = BTreeMap::new();
    for point in &inventory.points {
        let entry = ages
            .entry(point.head.generation)
            .or_insert((0, point.head.created));
        entry.0 += 1;
        entry.1 = entry.1.max(point.head.created);
    }
    let newest = ages.keys().next_back().copied();
    let limit = keeper.clock.now() - retention;
    let mut pruned = Pruned {
        dry_run,
        generations: Vec::new(),
        stay: Vec::new(),
    };
    for (generation, (points, last)) in ages {
        if Some(generation) == newest || last >= limit {
            pruned.stay.push(generation.get());
            continue;
        }
        let mut one = PrunedGeneration {
            generation: generation.get(),
            points,
            newest: last,
            erased: false,
            deleted: 0,
            kept: 0,
            faults: Vec::new(),
        };
        if !dry_run {
            remove(keeper, &inventory, generation, &mut one).await?;
        }
        pruned.generations.push(one);
    }
    Ok(pruned)
}

async fn remove(
    keeper: &Keeper,
    inventory: &Inventory,
    generation: Generation,
    one: &mut PrunedGeneration,
) -> Result<(), RestoreError> {
    let things = things_of(keeper, inventory, generation).await?;
    let mut erased = true;
    for thing in things {
        for (number, cloud) in keeper.each() {
            let (Some(cloud), Some(names)) = (cloud, keeper.names.get(&number)) else {
                erased = false;
                continue;
            };
            match cloud.delete(&thing.name(names)).await {
                Ok(()) => one.deleted += 1,
                Err(error) => {
                    erased &= !matches!(thing, Thing::Keyring(_));
                    one.kept += 1;
                    if error.kind != Kind::Refused || one.faults.len() < 3 {
                        one.faults.push(error.to_string());
                    }
                }
            }
        }
    }
    one.erased = erased;
    Ok(())
}

/// The objects of a generation, the keyring first; nothing that another generation shares.
async fn things_of(
    keeper: &Keeper,
    inventory: &Inventory,
    generation: Generation,
) -> Result<Vec<Thing>, RestoreError> {
    let mut things = vec![Thing::Keyring(generation)];
    let mut rest = BTreeSet::new();
    for point in inventory
        .points
        .iter()
        .filter(|point| point.head.generation == generation)
    {
        things.push(Thing::Head(point.head.sequence));
        let head = &point.head;
        let (catalogue, _) = keeper
            .found
            .catalogue(&keeper.names, &keeper.key, point)
            .await?;
        rest.extend((0..head.catalogue.pieces).map(|j| Thing::Catalogue(head.run, j)));
        rest.extend(
            catalogue
                .epochs
                .iter()
                .map(|(epoch, _)| Thing::Epoch(*epoch)),
        );
        rest.extend(
            catalogue
                .packs
                .iter()
                .map(|pack| Thing::Fragment(pack.pack)),
        );
    }
    things.extend(rest);
    Ok(things)
}
