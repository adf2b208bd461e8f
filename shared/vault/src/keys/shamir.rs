//! Shamir's sharing of 32 bytes over GF(2⁸), by the `blahaj` crate, with every check that it leaves to its callers.

use std::collections::BTreeMap;

use blahaj::{Share, Sharks};
use zeroize::Zeroizing;

/// A secret that could not be split or put together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SharingFault {
    /// Threshold and number of shares do not fit.
    #[error("not 2 ≤ threshold ≤ shares: {0} of {1}")]
    Numbers(u8, u8),
    /// Fewer different shares than the threshold.
    #[error("{have} different shares, {need} are needed")]
    TooFew {
        /// Different shares given.
        have: usize,
        /// The threshold.
        need: u8,
    },
    /// A share at x = 0, where the secret itself lies, or two different ones at one x.
    #[error("share {0} cannot be")]
    Impossible(u8),
    /// The crate gave something of another length.
    #[error("the shares have another length")]
    Length,
}

/// A share: its x, from 1, and its 32 bytes.
pub(crate) type Shared = (u8, Zeroizing<[u8; 32]>);

/// Splits a secret; share i, from 1, is the value at x = i.
pub(crate) fn split(
    secret: &[u8; 32],
    threshold: u8,
    shares: u8,
) -> Result<Vec<Zeroizing<[u8; 32]>>, SharingFault> {
    if !(2..=shares).contains(&threshold) {
        return Err(SharingFault::Numbers(threshold, shares));
    }
    Sharks(threshold)
        .dealer(secret)
        .zip(1..=shares)
        .map(|(share, x)| {
            // The crate's share is x ‖ y.
            let bytes = Zeroizing::new(Vec::from(&share));
            match bytes.split_first() {
                Some((at, y)) if *at == x => {
                    let y: [u8; 32] = y.try_into().map_err(|_| SharingFault::Length)?;
                    Ok(Zeroizing::new(y))
                }
                _ => Err(SharingFault::Length),
            }
        })
        .collect()
}

/// Puts a secret together from at least `threshold` different shares; more are not looked at. Wrong shares give a wrong
/// secret: compare what follows from it with a commitment.
pub(crate) fn join(threshold: u8, shares: &[Shared]) -> Result<Zeroizing<[u8; 32]>, SharingFault> {
    let mut different: BTreeMap<u8, &Zeroizing<[u8; 32]>> = BTreeMap::new();
    for (x, y) in shares {
        if *x == 0 || different.insert(*x, y).is_some_and(|before| before != y) {
            return Err(SharingFault::Impossible(*x));
        }
    }
    if threshold < 2 || different.len() < usize::from(threshold) {
        return Err(SharingFault::TooFew {
            have: different.len(),
            need: threshold,
        });
    }
    let chosen: Vec<Share> = different
        .into_iter()
        .take(usize::from(threshold))
        .map(|(x, y)| {
            let mut bytes = Zeroizing::new(Vec::with_capacity(33));
            bytes.push(x);
            bytes.extend_from_slice(&**y);
            Share::try_from(bytes.as_slice()).map_err(|_| SharingFault::Length)
        })
        .collect::<Result<_, _>>()?;
    let secret = Zeroizing::new(
        Sharks(threshold)
            .recover(&chosen)
            .map_err(|_| SharingFault::Length)?,
    );
    let secret: [u8; 32] = secret
        .as_slice()
        .try_into()
        .map_err(|_| SharingFault::Length)?;
    Ok(Zeroizing::new(secret))
}
