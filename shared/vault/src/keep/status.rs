//! How a vault is: by what its clouds list, without downloading data.

use std::fmt;

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::inventory::{Inventory, Keeper, Scope, listed};
use crate::cloud::Blame;
use crate::object::Sequence;
use crate::restore::RestoreError;

/// How urgent it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Colour {
    /// Everything is where it should be, and fresh.
    Green,
    /// Something is missing; a loss of at least one more cloud does no harm.
    Amber,
    /// The next loss may be the last, or backups have stopped.
    Red,
}

impl fmt::Display for Colour {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Green => "green",
            Self::Amber => "amber",
            Self::Red => "red",
        })
    }
}

/// How one cloud is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CloudStatus {
    /// Its number.
    pub number: u8,
    /// Its name.
    pub name: String,
    /// Whether it answers.
    pub answers: bool,
    /// The newest backup whose head it holds.
    pub newest: Option<u64>,
    /// Objects of the newest restore point that it lacks or that have a wrong length.
    pub missing: u64,
    /// How far its clock is ahead of ours, in seconds, where that could be told.
    pub clock_ahead_seconds: Option<i64>,
}

/// How a vault is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Status {
    /// How urgent it is.
    pub colour: Colour,
    /// The newest backup.
    pub sequence: u64,
    /// Its generation.
    pub generation: u32,
    /// When it was made.
    pub created: DateTime<Utc>,
    /// Its age in seconds.
    pub age_seconds: i64,
    /// Until when it counts as fresh.
    pub expires: DateTime<Utc>,
    /// Whether it does not any more.
    pub expired: bool,
    /// k: how many clouds are enough.
    pub need: u8,
    /// How many more clouds may be lost, whichever they are; below zero the newest backup cannot be restored now.
    pub survives: i16,
    /// Objects of the newest restore point, on each cloud.
    pub objects: u64,
    /// Each cloud.
    pub clouds: Vec<CloudStatus>,
    /// What the clouds did wrong.
    pub blames: Vec<Blame>,
    /// What the operator must know.
    pub warnings: Vec<String>,
    /// What to do next.
    pub next: String,
}

/// Asks the clouds.
///
/// # Errors
/// When the vault or its newest restore point cannot be read at all.
pub async fn status(keeper: &Keeper) -> Result<Status, RestoreError> {
    let inventory = Inventory::read(keeper, Scope::Newest).await?;
    let things = inventory.things();
    let lists = listed(keeper).await;
    let mut holders = vec![0u8; things.len()];
    let mut clouds = Vec::new();
    for (number, cloud) in keeper.each() {
        let list = lists.get(&number).and_then(|list| list.as_ref().ok());
        let mut missing = 0;
        if let (Some(list), Some(names)) = (list, keeper.names.get(&number)) {
            for (thing, holders) in things.iter().zip(&mut holders) {
                let length = list.get(&thing.name(names));
                let right =
                    length.is_some_and(|own| inventory.length(thing).is_none_or(|due| due == *own));
                if right {
                    *holders += 1;
                } else {
                    missing += 1;
                }
            }
        } else {
            missing = things.len() as u64;
        }
        let skew = match cloud {
            Some(cloud) => cloud.clock_skew().await.ok().flatten(),
            None => None,
        };
        clouds.push(CloudStatus {
            number,
            name: keeper.cloud_name(number),
            answers: list.is_some(),
            newest: inventory
                .newest_on
                .get(&number)
                .copied()
                .flatten()
                .map(Sequence::get),
            missing,
            clock_ahead_seconds: skew.map(|skew| skew.num_seconds()),
        });
    }
    for list in lists.into_values() {
        if let Err(error) = list {
            keeper.found.clouds.blames().enter(&error);
        }
    }
    let margins = things
        .iter()
        .zip(&holders)
        .map(|(thing, held)| i16::from(*held) - i16::from(inventory.needed(thing)));
    Ok(judge(
        keeper,
        &inventory,
        clouds,
        margins.min().unwrap_or(0),
        things.len(),
    ))
}

fn judge(
    keeper: &Keeper,
    inventory: &Inventory,
    clouds: Vec<CloudStatus>,
    survives: i16,
    objects: usize,
) -> Status {
    // The inventory of the newest restore point holds just that point.
    let point = &inventory.points[inventory.points.len() - 1];
    let (head, now) = (&point.head, keeper.clock.now());
    let expired = point.is_expired(now);
    let whole = clouds.iter().all(|cloud| cloud.missing == 0);
    let colour = match (expired, survives) {
        (true, _) | (_, ..1) => Colour::Red,
        (false, _) if whole => Colour::Green,
        (false, _) => Colour::Amber,
    };
    let next = if survives < 0 {
        "the newest backup cannot be restored now: bring clouds back, or restore an older point (lifeboat restore --list)"
    } else if !whole {
        "bring back or replace the clouds that lack objects, then run `lifeboat backup repair`"
    } else if expired {
        "backups have stopped: run `lifeboat backup run`"
    } else {
        "nothing"
    };
    Status {
        colour,
        sequence: head.sequence.get(),
        generation: head.generation.get(),
        created: head.created,
        age_seconds: (now - head.created).num_seconds(),
        expires: head.expires,
        expired,
        need: head.need,
        survives,
        objects: objects as u64,
        clouds,
        blames: keeper.found.clouds.blames().all(),
        warnings: inventory.warnings.clone(),
        next: next.to_owned(),
    }
}
