//! Repair: puts back what is missing or wrong on a cloud, from what the others hold. It needs no key that opens a byte.
//!
//! A cloud's share of an epoch is lost with the cloud. With k other shares it is found again as the value of the same
//! polynomial at the cloud's x, in memory only: the pre-shared key itself, the value at x = 0, is never computed.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt as _, stream};
use serde::Serialize;

use super::inventory::{Inventory, Keeper, Proved, Scope, Thing, listed};
use super::scrub::{self, Wrong, absent};
use crate::cloud::{Cloud, CloudError, Kind, Wanted};
use crate::keys::EpochSecret;
use crate::object::{CloudNumber, Envelope, ObjectKind, PackId};
use crate::restore::RestoreError;
use crate::restore::find::fault;

/// How many objects are repaired at once.
const AT_ONCE: usize = 4;

/// An object that could not be put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unrepaired {
    /// What is wrong with it.
    pub wrong: Wrong,
    /// Why it stays so.
    pub why: String,
}

/// What came of a repair.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Repaired {
    /// Objects that were missing or wrong.
    pub found: usize,
    /// Objects that were put back.
    pub put_back: u64,
    /// Bytes that were put back.
    pub bytes: u64,
    /// Objects that stay missing or wrong.
    pub left: Vec<Unrepaired>,
    /// What the operator must know.
    pub warnings: Vec<String>,
}

/// Puts back what is missing by the clouds' lists; with `deep` everything is downloaded and what is wrong replaced too.
///
/// # Errors
/// When the vault or its newest restore point cannot be read at all.
pub async fn repair(
    keeper: &Keeper,
    deep: bool,
    seen: &(dyn Fn(u64) + Send + Sync),
) -> Result<Repaired, RestoreError> {
    let inventory = Inventory::read(keeper, Scope::All).await?;
    let wrong = if deep {
        scrub::all(keeper, &inventory, seen).await.0
    } else {
        missing(keeper, &inventory).await
    };
    let mut repaired = Repaired {
        found: wrong.len(),
        put_back: 0,
        bytes: 0,
        left: Vec::new(),
        warnings: inventory.warnings.clone(),
    };
    // Heads are written last: where one is, the rest is.
    let is_head = |wrong: &Wrong| matches!(wrong.thing, Thing::Head(_));
    let (heads, rest): (Vec<Wrong>, Vec<Wrong>) = wrong.into_iter().partition(is_head);
    for round in [rest, heads] {
        let inventory = &inventory;
        let repairs = round.into_iter().map(|wrong| async move {
            let outcome = one(keeper, inventory, &wrong).await;
            (wrong, outcome)
        });
        let mut repairs = stream::iter(repairs).buffer_unordered(AT_ONCE);
        while let Some((wrong, outcome)) = repairs.next().await {
            match outcome {
                Ok(bytes) => {
                    seen(bytes);
                    repaired.put_back += 1;
                    repaired.bytes += bytes;
                }
                Err(why) => repaired.left.push(Unrepaired { wrong, why }),
            }
        }
    }
    Ok(repaired)
}

/// What is missing or of a wrong length, by the clouds' lists.
async fn missing(keeper: &Keeper, inventory: &Inventory) -> Vec<Wrong> {
    let lists = listed(keeper).await;
    let things = inventory.things();
    let mut wrong = Vec::new();
    for (number, cloud) in keeper.each() {
        let (Some(cloud), Some(names)) = (cloud, keeper.names.get(&number)) else {
            wrong.push(absent(keeper, number));
            continue;
        };
        let list = match lists.get(&number) {
            Some(Ok(list)) => list,
            Some(Err(error)) => {
                keeper.found.clouds.blames().enter(error);
                wrong.push(absent(keeper, number));
                continue;
            }
            None => continue,
        };
        for thing in &things {
            let name = thing.name(names);
            let error = match (list.get(&name), inventory.length(thing)) {
                (None, _) => fault(cloud, &name, Kind::Missing, ""),
                (Some(own), Some(due)) if *own != due => {
                    fault(cloud, &name, Kind::Differs, "of another length")
                }
                _ => continue,
            };
            wrong.push(Wrong::new(*thing, error));
        }
    }
    wrong
}

/// Puts one object back; gives its length.
async fn one(keeper: &Keeper, inventory: &Inventory, wrong: &Wrong) -> Result<u64, String> {
    let cloud = keeper.found.clouds.cloud(wrong.number);
    let (Some(cloud), Some(number)) = (cloud, CloudNumber::new(wrong.number)) else {
        return Err(
            "the cloud does not answer: bring it back, or replace it with --new-cloud URL"
                .to_owned(),
        );
    };
    let bytes = rebuild(keeper, inventory, &wrong.thing, number).await?;
    let name = keeper
        .names
        .get(&wrong.number)
        .map(|names| wrong.thing.name(names))
        .unwrap_or_default();
    let length = bytes.len() as u64;
    match cloud.put_new(&name, bytes.clone()).await {
        Ok(_) => return Ok(length),
        Err(error) if error.kind == Kind::Differs => {}
        Err(error) => return Err(error.to_string()),
    }
    replace(cloud, &name, bytes).await.map(|()| length)
}

/// Objects are never overwritten: a wrong one has to go first, which a credential that may only create cannot do.
async fn replace(cloud: &Arc<dyn Cloud>, name: &str, bytes: Bytes) -> Result<(), String> {
    cloud.delete(name).await.map_err(|error| match error.kind {
        Kind::Refused => format!(
            "the wrong object must be deleted first, which this credential may not do: repair again from a machine whose credential may ({error})"
        ),
        _ => error.to_string(),
    })?;
    cloud
        .put_new(name, bytes)
        .await
        .map(drop)
        .map_err(|error| error.to_string())
}

/// The bytes that a thing should have on a cloud, from what the other clouds hold.
async fn rebuild(
    keeper: &Keeper,
    inventory: &Inventory,
    thing: &Thing,
    to: CloudNumber,
) -> Result<Bytes, String> {
    let found = &keeper.found;
    let written = |envelope: Envelope| {
        let bytes = envelope.to_bytes().map_err(|error| error.to_string())?;
        Ok(Bytes::from(bytes))
    };
    match thing {
        Thing::Descriptor => written(found.envelope.clone().for_cloud(to)),
        Thing::Head(sequence) => {
            let point = inventory
                .points
                .iter()
                .find(|point| point.head.sequence == *sequence);
            let point = point.ok_or("no cloud holds it")?;
            written(point.envelope.clone())
        }
        Thing::Keyring(_) | Thing::Catalogue(..) => {
            let mut last = None;
            for cloud in others(keeper, to) {
                match inventory.prove(keeper, cloud, thing).await {
                    Ok(Proved::Bytes(bytes)) => return Ok(bytes),
                    Ok(Proved::Epoch(..)) => {}
                    Err(error) => last = Some(error),
                }
            }
            Err(last.map_or_else(
                || "no other cloud answers".to_owned(),
                |error| error.to_string(),
            ))
        }
        Thing::Epoch(_) => epoch(keeper, inventory, thing, to).await,
        Thing::Fragment(pack) => fragment(keeper, inventory, pack, to).await,
    }
}

fn others(keeper: &Keeper, to: CloudNumber) -> impl Iterator<Item = &Arc<dyn Cloud>> {
    keeper
        .found
        .clouds
        .iter()
        .filter(move |cloud| cloud.number() != to.get())
}

async fn epoch(
    keeper: &Keeper,
    inventory: &Inventory,
    thing: &Thing,
    to: CloudNumber,
) -> Result<Bytes, String> {
    let (mut object, mut envelope, mut shares) = (None, None, Vec::new());
    for cloud in others(keeper, to) {
        let Ok(Proved::Epoch(number, own, share)) = inventory.prove(keeper, cloud, thing).await
        else {
            continue;
        };
        shares.push((number, share));
        if envelope.is_none() {
            envelope = signed(keeper, cloud, thing).await.ok();
        }
        object = Some(own);
        if shares.len() >= usize::from(inventory.code.need()) && envelope.is_some() {
            break;
        }
    }
    let (Some(object), Some(envelope)) = (object, envelope) else {
        return Err("no other cloud holds this epoch".to_owned());
    };
    let share = EpochSecret::rebuild_share(&object, inventory.code.need(), &shares, to)
        .map_err(|error| error.to_string())?;
    let bytes = envelope.with_share(share.expose()).to_bytes();
    bytes.map(Bytes::from).map_err(|error| error.to_string())
}

/// The envelope of an epoch as another cloud holds it; what it holds was proved before.
async fn signed(
    keeper: &Keeper,
    cloud: &Arc<dyn Cloud>,
    thing: &Thing,
) -> Result<Envelope, CloudError> {
    let name = keeper
        .names
        .get(&cloud.number())
        .map(|names| thing.name(names))
        .unwrap_or_default();
    let bytes = cloud.get(&name, crate::object::ENVELOPE_AT_MOST).await?;
    let differs = |error| fault(cloud, &name, Kind::Differs, error);
    let envelope = Envelope::parse(ObjectKind::Epoch, &bytes).map_err(differs)?;
    envelope
        .clone()
        .verified(ObjectKind::Epoch, &keeper.found.keys)
        .map_err(differs)?;
    Ok(envelope)
}

async fn fragment(
    keeper: &Keeper,
    inventory: &Inventory,
    pack: &PackId,
    to: CloudNumber,
) -> Result<Bytes, String> {
    let thing = Thing::Fragment(*pack);
    let own = inventory
        .packs
        .get(pack)
        .ok_or("it is not in the catalogue")?;
    let length = inventory
        .length(&thing)
        .ok_or("it is not in the catalogue")?;
    let wanted: Vec<Wanted> = own
        .fragments
        .iter()
        .zip(1u8..)
        .map(|(hash, cloud)| Wanted {
            // The one that is to be rebuilt is asked of nobody.
            cloud: if cloud == to.get() { 0 } else { cloud },
            name: keeper
                .names
                .get(&cloud)
                .map(|names| thing.name(names))
                .unwrap_or_default(),
            length,
            blake3: hash.0,
        })
        .collect();
    let need = usize::from(inventory.code.need());
    let gathered = keeper.found.clouds.gather(&wanted, need).await;
    let gathered = gathered.map_err(|error| error.to_string())?;
    let code = inventory.code;
    let all = tokio::task::spawn_blocking(move || code.missing(&gathered)).await;
    let all = all
        .map_err(|error| error.to_string())?
        .map_err(|error| error.to_string())?;
    let at = usize::from(to.get()) - 1;
    let bytes = all.into_iter().nth(at).ok_or("it has no such fragment")?;
    if own.fragments.get(at).map(|hash| hash.0) == Some(*blake3::hash(&bytes).as_bytes()) {
        Ok(bytes)
    } else {
        Err("what was rebuilt is not what the catalogue says".to_owned())
    }
}
