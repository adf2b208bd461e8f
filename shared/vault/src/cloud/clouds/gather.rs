//! One gathering: from which clouds, in which order, and what when one is slow or wrong.

use std::pin::pin;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::time::{Instant, sleep_until};

use super::progress::Progress;
use super::{Asked, Clouds, GatherError, UNDER_WAY, Wanted};
use crate::cloud::{CloudError, Kind};

/// After how many wrong answers a cloud is asked last.
const WRONG: u64 = 3;

/// The least time after which one is overtaken: less is noise.
const LEAST: Duration = Duration::from_millis(400);

/// The time after which one is overtaken as long as nothing is known of it.
const UNKNOWN: Duration = Duration::from_secs(3);

/// How many times slower than expected one may be, before it is overtaken.
const TIMES: u32 = 3;

/// How much an equally fast piece of the first `need` is preferred: it needs no decoding.
const PARITY: f64 = 1.25;

pub(super) struct Gathering<'a> {
    clouds: &'a Clouds,
    wanted: &'a [Wanted],
    need: usize,
    pieces: Vec<Option<Bytes>>,
    /// Indices of those not asked yet, the best last.
    waiting: Vec<usize>,
    faults: Vec<CloudError>,
    good: usize,
    progress: Progress<'a>,
    /// Whether one was asked of whose pace nothing is known.
    is_guessing: bool,
}

/// What came of one request.
struct Answer {
    index: usize,
    answer: Result<Bytes, CloudError>,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(clouds: &'a Clouds, wanted: &'a [Wanted], need: usize) -> Self {
        Self {
            clouds,
            wanted,
            need,
            pieces: vec![None; wanted.len()],
            waiting: Vec::new(),
            faults: Vec::new(),
            good: 0,
            progress: Progress::default(),
            is_guessing: false,
        }
    }

    pub(super) async fn run(mut self) -> Result<Vec<Option<Bytes>>, GatherError> {
        self.line_up();
        // Room for what is asked at first; what is asked instead of another takes that one's place.
        let bytes: u64 = self
            .wanted
            .iter()
            .rev()
            .take(self.need)
            .map(|w| w.length)
            .sum();
        let permits = u32::try_from(bytes.min(UNDER_WAY as u64)).unwrap_or(u32::MAX);
        let _room = self.clouds.room.acquire_many(permits).await;

        let mut asked = FuturesUnordered::new();
        let begun = Instant::now();
        let mut patience = LEAST;
        for _ in 0..self.need {
            if let Some((request, of_this_one)) = self.ask_next() {
                patience = patience.max(of_this_one);
                asked.push(request);
            }
        }
        let mut timer = pin!(sleep_until(begun + patience));
        while self.good < self.need {
            tokio::select! {
                answer = asked.next() => match answer {
                    Some(answer) => if self.take(answer) {
                        // Of whom nothing is known, as much is expected as of the peers.
                        let like_peers = begun + (begun.elapsed() * TIMES).max(LEAST);
                        if self.is_guessing && like_peers < timer.deadline() {
                            timer.as_mut().reset(like_peers);
                        }
                    } else if let Some((request, _)) = self.ask_next() {
                        asked.push(request);
                    },
                    None => return Err(self.too_few()),
                },
                () = &mut timer => {
                    let patience = if !self.progress.is_another_worth_it() {
                        LEAST
                    } else if let Some((request, patience)) = self.ask_next() {
                        asked.push(request);
                        patience
                    } else {
                        UNKNOWN
                    };
                    timer.as_mut().reset(Instant::now() + patience);
                },
            }
        }
        Ok(self.pieces)
    }

    /// The best last: clouds that answered wrongly first, then those that failed lately, then by speed.
    fn line_up(&mut self) {
        let mut ranked = Vec::with_capacity(self.wanted.len());
        for (index, wanted) in self.wanted.iter().enumerate() {
            let Some(asked) = self.clouds.asked(wanted.cloud) else {
                continue;
            };
            let wrong = self.clouds.blames.wrong_answers(wanted.cloud);
            let (failed, seconds) = asked.pace.rank();
            let parity = if index < self.need { 1.0 } else { PARITY };
            let wrong = if wrong >= WRONG { wrong } else { 0 };
            ranked.push((wrong, failed, seconds * parity, index));
        }
        ranked.sort_by(|a, b| {
            let by_faults = (b.0, b.1).cmp(&(a.0, a.1));
            by_faults.then(b.2.total_cmp(&a.2)).then(b.3.cmp(&a.3))
        });
        self.waiting = ranked.into_iter().map(|(_, _, _, index)| index).collect();
    }

    /// Asks the best of those not asked yet, and says after how long it is to be overtaken.
    fn ask_next(&mut self) -> Option<(impl Future<Output = Answer> + use<'a>, Duration)> {
        let index = self.waiting.pop()?;
        let wanted = &self.wanted[index];
        let asked = self.clouds.asked(wanted.cloud)?;
        self.progress.begin(index, asked, wanted.length);
        let expected = asked.pace.expected();
        self.is_guessing |= expected.is_none();
        let patience = expected.map_or(UNKNOWN, |usual| usual * TIMES);
        let request = async move {
            let answer = ask(asked, wanted).await;
            Answer { index, answer }
        };
        Some((request, patience.max(LEAST)))
    }

    /// Takes in an answer; whether it was good.
    fn take(&mut self, answer: Answer) -> bool {
        self.progress.end(answer.index, answer.answer.is_ok());
        match answer.answer {
            Ok(bytes) => {
                self.pieces[answer.index] = Some(bytes);
                self.good += 1;
                true
            }
            Err(fault) => {
                self.clouds.blames.enter(&fault);
                self.faults.push(fault);
                false
            }
        }
    }

    fn too_few(self) -> GatherError {
        GatherError {
            need: self.need,
            good: self.good,
            faults: self.faults,
        }
    }
}

/// Measures a request also when it is given up.
struct Stopwatch<'a> {
    asked: &'a Asked,
    since: Instant,
    is_done: bool,
}

impl Drop for Stopwatch<'_> {
    fn drop(&mut self) {
        if !self.is_done {
            self.asked.pace.overtaken(self.since.elapsed());
        }
    }
}

async fn ask(asked: &Asked, wanted: &Wanted) -> Result<Bytes, CloudError> {
    let _under_way = asked.pace.begin();
    // The semaphore is never closed.
    let _turn = asked.turns.acquire().await;
    let mut watch = Stopwatch {
        asked,
        since: Instant::now(),
        is_done: false,
    };
    let answer = asked.cloud.get(&wanted.name, wanted.length).await;
    watch.is_done = true;
    let took = watch.since.elapsed();
    match &answer {
        Ok(bytes) => {
            asked.pace.answered(took);
            check(asked, wanted, bytes)?;
        }
        Err(error) => match error.kind {
            Kind::Missing | Kind::TooLong | Kind::Differs => asked.pace.answered(took),
            _ => asked.pace.failed(),
        },
    }
    answer
}

fn check(asked: &Asked, wanted: &Wanted, bytes: &Bytes) -> Result<(), CloudError> {
    let detail = if bytes.len() as u64 != wanted.length {
        format!("{} bytes instead of {}", bytes.len(), wanted.length)
    } else if blake3::hash(bytes) != blake3::Hash::from_bytes(wanted.blake3) {
        "its hash is wrong".to_owned()
    } else {
        return Ok(());
    };
    Err(CloudError {
        number: asked.cloud.number(),
        cloud: asked.cloud.name().to_owned(),
        object: wanted.name.clone(),
        kind: Kind::Differs,
        detail,
    })
}
