//! People who go on asking while something happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};

use super::callers::{Caller, Said};
use crate::Failure;
use crate::client::{Client, Door, NoToken};
use crate::people::Facts;

/// When who was told to come back does.
pub(super) const LATER: Duration = Duration::from_secs(1);

/// How many failures are told in words.
const TOLD: usize = 5;

/// What came of many requests.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) sent: u64,
    pub(super) answered: u64,
    /// Told to come back: 429 or 503 with `Retry-After`.
    pub(super) later: u64,
    /// Connections that broke.
    pub(super) broken: u64,
    /// Answers that were not right.
    pub(super) wrong: u64,
    pub(super) words: Vec<String>,
}

impl Counts {
    pub(super) fn add(&mut self, said: Said) {
        self.sent += 1;
        let words = match said {
            Said::Right => {
                self.answered += 1;
                return;
            }
            Said::Later => {
                self.later += 1;
                "503 or 429".to_owned()
            }
            Said::Wrong(words) => {
                self.wrong += 1;
                words
            }
            Said::Broken(words) => {
                self.broken += 1;
                words
            }
        };
        if self.words.len() < TOLD {
            self.words.push(words);
        }
    }

    pub(super) fn join(&mut self, other: Self) {
        self.sent += other.sent;
        self.answered += other.answered;
        self.later += other.later;
        self.broken += other.broken;
        self.wrong += other.wrong;
        self.words.extend(other.words);
        self.words.truncate(TOLD);
    }
}

/// Load that goes on until it is ended.
#[derive(Debug)]
pub(super) struct Load {
    going: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
    lookups: JoinSet<Counts>,
    sign_ins: JoinSet<Counts>,
}

/// What came of it.
#[derive(Debug, Default)]
pub(super) struct Ended {
    pub(super) lookups: Counts,
    /// Each is two requests where a nonce is asked for, counted as one.
    pub(super) sign_ins: Counts,
}

impl Ended {
    /// Of both kinds.
    pub(super) fn together(mut self) -> Counts {
        self.lookups.join(self.sign_ins);
        self.lookups
    }
}

impl Load {
    /// Every caller asks its questions in turn, all of them together so many a second at most.
    pub(super) fn of(callers: Vec<Caller>, per_second: f64) -> Self {
        let mut load = Self {
            going: Arc::new(AtomicBool::new(true)),
            sent: Arc::default(),
            lookups: JoinSet::new(),
            sign_ins: JoinSet::new(),
        };
        let people = u32::try_from(callers.len()).unwrap_or(u32::MAX);
        let pause = Duration::from_secs_f64(f64::from(people) / per_second);
        for (number, caller) in callers.into_iter().enumerate() {
            let (going, sent) = (Arc::clone(&load.going), Arc::clone(&load.sent));
            // Not everybody begins with the same capability.
            load.lookups
                .spawn(ask_on(caller, number * 3, pause, going, sent));
        }
        load
    }

    /// Somebody signs in again and again, beside the others.
    pub(super) fn and_sign_ins(mut self, door: Door, facts: &Facts, every: Duration) -> Self {
        let (facts, going) = (facts.clone(), Arc::clone(&self.going));
        self.sign_ins.spawn(async move {
            let mut counts = Counts::default();
            while going.load(Ordering::Relaxed) {
                let said = signed_in(door.clone(), &facts).await;
                tokio::time::sleep(if said == Said::Later { LATER } else { every }).await;
                counts.add(said);
            }
            counts
        });
        self
    }

    /// How many requests were sent so far.
    pub(super) fn sent(&self) -> u64 {
        self.sent.load(Ordering::Relaxed)
    }

    /// Ends it, and says what came of it.
    pub(super) async fn end(mut self) -> Result<Ended, Failure> {
        self.going.store(false, Ordering::Relaxed);
        let mut ended = Ended::default();
        while let Some(counts) = self.lookups.join_next().await {
            ended.lookups.join(counts?);
        }
        while let Some(counts) = self.sign_ins.join_next().await {
            ended.sign_ins.join(counts?);
        }
        Ok(ended)
    }
}

async fn signed_in(door: Door, facts: &Facts) -> Said {
    let Err(error) = Client::citizen(door, facts).await else {
        return Said::Right;
    };
    let words = format!("sign-in: {error}");
    match error.downcast_ref::<NoToken>() {
        Some(refused) if refused.is_told_to_come_back() => Said::Later,
        None if error.is::<reqwest::Error>() => Said::Broken(words),
        _ => Said::Wrong(words),
    }
}

async fn ask_on(
    mut caller: Caller,
    first: usize,
    pause: Duration,
    going: Arc<AtomicBool>,
    sent: Arc<AtomicU64>,
) -> Counts {
    let mut counts = Counts::default();
    let mut next = Instant::now();
    let mut number = first;
    while going.load(Ordering::Relaxed) && !caller.questions.is_empty() {
        number = (number + 1) % caller.questions.len();
        let said = caller.ask(number).await;
        if said == Said::Later {
            tokio::time::sleep(LATER).await;
        }
        counts.add(said);
        sent.fetch_add(1, Ordering::Relaxed);
        next = (next + pause).max(Instant::now() - pause);
        sleep_until(next).await;
    }
    counts
}
