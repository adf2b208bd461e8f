//! Who answered wrongly, and how.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use serde::Serialize;

use super::{CloudError, Kind};

/// How many objects of a kind are remembered by name: a whole cloud may be gone, and the ledger stays small.
const REMEMBERED: usize = 20;

/// What one cloud did wrong in one way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blame {
    /// The cloud's number in its repository, from 1.
    pub number: u8,
    /// The cloud's name.
    pub cloud: String,
    /// What was wrong.
    pub kind: Kind,
    /// How often.
    pub count: u64,
    /// The objects it happened to first, at most twenty.
    pub objects: Vec<String>,
    /// What was said the first time.
    pub detail: String,
}

impl fmt::Display for Blame {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            number,
            cloud,
            kind,
            count,
            ..
        } = self;
        write!(out, "cloud {number} ({cloud}): {kind}, {count} ×")?;
        if let Some(first) = self.objects.first() {
            write!(out, ", first {first}")?;
        }
        if !self.detail.is_empty() {
            write!(out, ": {}", self.detail)?;
        }
        Ok(())
    }
}

/// The ledger of wrong answers, for summaries and for deciding whom to ask.
#[derive(Debug, Default)]
pub struct Blames(Mutex<BTreeMap<(u8, Kind), Blame>>);

impl Blames {
    /// Enters a failure.
    pub fn enter(&self, error: &CloudError) {
        let mut ledger = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let blame = ledger
            .entry((error.number, error.kind))
            .or_insert_with(|| Blame {
                number: error.number,
                cloud: error.cloud.clone(),
                kind: error.kind,
                count: 0,
                objects: Vec::new(),
                detail: error.detail.clone(),
            });
        blame.count += 1;
        if blame.objects.len() < REMEMBERED && !blame.objects.contains(&error.object) {
            blame.objects.push(error.object.clone());
        }
    }

    /// Everything so far, by cloud and kind.
    #[must_use]
    pub fn all(&self) -> Vec<Blame> {
        let ledger = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        ledger.values().cloned().collect()
    }

    /// How often this cloud answered at all, but wrongly: with other bytes, too many, or none where some should be.
    #[must_use]
    pub fn wrong_answers(&self, number: u8) -> u64 {
        let ledger = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        [Kind::Missing, Kind::Differs, Kind::TooLong]
            .iter()
            .filter_map(|kind| ledger.get(&(number, *kind)))
            .map(|blame| blame.count)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::Blames;
    use crate::cloud::{CloudError, Kind};

    fn fault(object: usize, kind: Kind) -> CloudError {
        CloudError {
            number: 2,
            cloud: "north".to_owned(),
            object: format!("f/{object}"),
            kind,
            detail: String::new(),
        }
    }

    #[test]
    fn a_cloud_that_lost_everything_does_not_fill_the_ledger() {
        let blames = Blames::default();
        for object in 0..1_000 {
            blames.enter(&fault(object, Kind::Missing));
        }
        blames.enter(&fault(0, Kind::Unreachable));
        let all = blames.all();
        assert_eq!(all.len(), 2);
        assert_eq!((all[0].count, all[0].objects.len()), (1_000, 20));
        assert_eq!(
            all[0].to_string(),
            "cloud 2 (north): missing, 1000 ×, first f/0"
        );
        assert_eq!(
            blames.wrong_answers(2),
            1_000,
            "silence is not a wrong answer"
        );
        assert_eq!(blames.wrong_answers(1), 0);
    }
}
