//! Gathering pieces from several clouds, of which some are slow, wrong or gone.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::TimeDelta;
use tokio::time::{Instant, sleep};
use vault::cloud::{Cloud, CloudError, Clouds, Kind, Listed, Put, Traffic, Wanted};

/// In how many steps an answer comes.
const STEPS: u32 = 50;

/// A cloud that does as it is told.
#[derive(Debug)]
struct Told {
    number: u8,
    objects: Mutex<BTreeMap<String, Bytes>>,
    /// How long an answer takes, in milliseconds.
    takes: AtomicU64,
    /// How long it says nothing halfway, in milliseconds.
    pauses: AtomicU64,
    asked: AtomicU64,
    fetched: AtomicU64,
    is_gone: bool,
}

impl Told {
    fn error(&self, name: &str, kind: Kind) -> CloudError {
        CloudError {
            number: self.number,
            cloud: format!("cloud-{}", self.number),
            object: name.to_owned(),
            kind,
            detail: String::new(),
        }
    }

    fn asked(&self) -> u64 {
        self.asked.swap(0, Ordering::Relaxed)
    }

    /// Hands out so many bytes, evenly but for the pause.
    async fn trickle(&self, bytes: usize) {
        let takes = Duration::from_millis(self.takes.load(Ordering::Relaxed));
        for step in 0..STEPS {
            if step == STEPS / 2 {
                sleep(Duration::from_millis(self.pauses.load(Ordering::Relaxed))).await;
            }
            sleep(takes / STEPS).await;
            let step = bytes as u64 / u64::from(STEPS);
            self.fetched.fetch_add(step, Ordering::Relaxed);
        }
    }

    fn change(&self, change: impl Fn(Bytes) -> Bytes) {
        for bytes in self.objects.lock().unwrap().values_mut() {
            *bytes = change(bytes.clone());
        }
    }
}

#[async_trait]
impl Cloud for Told {
    fn number(&self) -> u8 {
        self.number
    }

    fn name(&self) -> &'static str {
        "told"
    }

    async fn put_new(&self, name: &str, _: Bytes) -> Result<Put, CloudError> {
        Err(self.error(name, Kind::ReadOnly))
    }

    async fn get(&self, name: &str, at_most: u64) -> Result<Bytes, CloudError> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if self.is_gone {
            return Err(self.error(name, Kind::Unreachable));
        }
        let bytes = self.objects.lock().unwrap().get(name).cloned();
        self.trickle(bytes.as_ref().map_or(0, Bytes::len)).await;
        match bytes {
            None => Err(self.error(name, Kind::Missing)),
            Some(bytes) if bytes.len() as u64 > at_most => Err(self.error(name, Kind::TooLong)),
            Some(bytes) => Ok(bytes),
        }
    }

    async fn list(&self, _: &str) -> Result<Vec<Listed>, CloudError> {
        Ok(Vec::new())
    }

    async fn folders(&self, _: &str) -> Result<Vec<String>, CloudError> {
        Ok(Vec::new())
    }

    async fn delete(&self, name: &str) -> Result<(), CloudError> {
        Err(self.error(name, Kind::ReadOnly))
    }

    async fn clock_skew(&self) -> Result<Option<TimeDelta>, CloudError> {
        Ok(None)
    }

    fn traffic(&self) -> Traffic {
        Traffic {
            fetched: self.fetched.load(Ordering::Relaxed),
            ..Traffic::default()
        }
    }
}

/// What is done to an object.
type Damage = fn(Bytes) -> Bytes;

/// Clouds of which each has one piece, and what to ask for.
struct Scene {
    told: Vec<Arc<Told>>,
    clouds: Clouds,
    wanted: Vec<Wanted>,
}

impl Scene {
    /// One cloud for each of these times, in milliseconds; those of 0 are gone.
    fn of(takes: &[u64]) -> Self {
        let mut wanted = Vec::new();
        let mut told = Vec::new();
        for (number, takes) in (1_u8..).zip(takes) {
            let bytes = Bytes::from(vec![number; 1_000]);
            let name = format!("f/aa/{number}");
            wanted.push(Wanted {
                cloud: number,
                name: name.clone(),
                length: 1_000,
                blake3: *blake3::hash(&bytes).as_bytes(),
            });
            told.push(Arc::new(Told {
                number,
                objects: Mutex::new(BTreeMap::from([(name, bytes)])),
                takes: AtomicU64::new(*takes),
                pauses: AtomicU64::new(0),
                asked: AtomicU64::new(0),
                fetched: AtomicU64::new(0),
                is_gone: *takes == 0,
            }));
        }
        let clouds = told.iter().map(|one| Arc::clone(one) as Arc<dyn Cloud>);
        Self {
            clouds: Clouds::new(clouds.collect()),
            told,
            wanted,
        }
    }

    /// The numbers of the clouds whose pieces came, all of them right.
    async fn gather(&self, need: usize) -> Vec<u8> {
        let pieces = self.clouds.gather(&self.wanted, need).await.unwrap();
        let mut from = Vec::new();
        for (number, piece) in (1_u8..).zip(pieces) {
            if let Some(piece) = piece {
                assert_eq!(piece, vec![number; 1_000]);
                from.push(number);
            }
        }
        assert_eq!(from.len(), need);
        from
    }
}

#[tokio::test(start_paused = true)]
async fn the_fastest_are_asked_once_they_are_known() {
    let scene = Scene::of(&[300, 100, 900, 100]);
    for _ in 0..4 {
        scene.gather(2).await;
    }
    for one in &scene.told {
        one.asked();
    }
    for _ in 0..10 {
        assert_eq!(scene.gather(2).await, [2, 4]);
    }
    assert_eq!(scene.told[2].asked(), 0, "the slow one is left alone");
    assert!(scene.clouds.blames().all().is_empty());
}

#[tokio::test(start_paused = true)]
async fn data_comes_before_parity_when_all_are_equal() {
    let scene = Scene::of(&[100, 100, 100]);
    // Each is tried once, to know its pace.
    scene.gather(2).await;
    scene.gather(2).await;
    for _ in 0..5 {
        assert_eq!(scene.gather(2).await, [1, 2]);
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_becomes_slow_is_overtaken() {
    let scene = Scene::of(&[100, 100, 150]);
    scene.gather(2).await;
    scene.told[0].takes.store(60_000, Ordering::Relaxed);
    let begun = Instant::now();
    assert_eq!(scene.gather(2).await, [2, 3]);
    assert!(
        begun.elapsed() < Duration::from_secs(2),
        "{:?}",
        begun.elapsed()
    );
    scene.told[0].asked();
    scene.gather(2).await;
    assert_eq!(scene.told[0].asked(), 0, "it is not asked again soon");
}

#[tokio::test(start_paused = true)]
async fn a_thin_line_that_was_cut_is_waited_for() {
    // However short the cut, all of them need seconds until the next byte.
    for pause in [1_000, 4_000, 10_000] {
        let scene = Scene::of(&[20_000, 20_000, 20_000]);
        for one in &scene.told {
            one.pauses.store(pause, Ordering::Relaxed);
        }
        scene.gather(2).await;
        let asked: u64 = scene.told.iter().map(|one| one.asked()).sum();
        assert_eq!(asked, 2, "a pause of {pause} ms");
    }
}

#[tokio::test(start_paused = true)]
async fn one_that_stands_still_for_good_is_overtaken_when_that_costs_no_more_than_waiting() {
    for (takes, at_most) in [(200, 5_000), (20_000, 60_000)] {
        let scene = Scene::of(&[takes, takes, takes]);
        scene.told[0].pauses.store(1_000_000, Ordering::Relaxed);
        let begun = Instant::now();
        assert_eq!(scene.gather(2).await, [2, 3], "{takes} ms");
        let took = begun.elapsed();
        assert!(
            took < Duration::from_millis(at_most),
            "{takes} ms: {took:?}"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn wrong_answers_are_named_replaced_and_believed_last() {
    let damages: [(&str, Damage); 3] = [
        ("flipped", |bytes| {
            let mut bytes = bytes.to_vec();
            bytes[500] ^= 1;
            bytes.into()
        }),
        ("truncated", |bytes| bytes.slice(..999)),
        ("longer", |bytes| [&bytes[..], b"x"].concat().into()),
    ];
    for (what, damage) in damages {
        let scene = Scene::of(&[100, 100, 100]);
        scene.told[0].change(damage);
        for _ in 0..6 {
            assert_eq!(scene.gather(2).await, [2, 3], "{what}");
        }
        assert_eq!(scene.told[0].asked(), 3, "{what}: then it is asked last");
        let blames = scene.clouds.blames().all();
        assert_eq!(blames.len(), 1);
        assert_eq!((blames[0].number, blames[0].count), (1, 3), "{what}");
        assert_eq!(blames[0].objects, ["f/aa/1"]);
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_is_left_alone_and_asked_again_later() {
    let scene = Scene::of(&[0, 100, 100]);
    for _ in 0..5 {
        assert_eq!(scene.gather(2).await, [2, 3]);
    }
    assert_eq!(scene.told[0].asked(), 1);
    sleep(Duration::from_secs(61)).await;
    scene.gather(2).await;
    assert_eq!(scene.told[0].asked(), 1);
}

#[tokio::test(start_paused = true)]
async fn too_few_good_pieces_name_every_fault() {
    let scene = Scene::of(&[0, 100, 100]);
    scene.told[1].change(|_| Bytes::from_static(b"other"));
    let error = scene.clouds.gather(&scene.wanted, 2).await.unwrap_err();
    assert_eq!((error.need, error.good, error.faults.len()), (2, 1, 2));
    let words = error.to_string();
    assert!(
        words.contains("cloud 1") && words.contains("cloud 2"),
        "{words}"
    );
    assert!(
        words.contains("f/aa/2") && words.contains("unreachable"),
        "{words}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_cloud_that_could_not_be_opened_is_as_good_as_gone() {
    let scene = Scene::of(&[100, 100, 100]);
    let two = [1, 2].map(|index| Arc::clone(&scene.told[index]) as Arc<dyn Cloud>);
    let clouds = Clouds::new(two.to_vec());
    let pieces = clouds.gather(&scene.wanted, 2).await.unwrap();
    assert_eq!(
        pieces.iter().map(Option::is_some).collect::<Vec<_>>(),
        [false, true, true]
    );
    assert!(clouds.gather(&scene.wanted, 3).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn many_at_once_do_not_all_run_at_once() {
    let scene = Scene::of(&[1_000, 1_000, 1_000]);
    let begun = Instant::now();
    let gathers = (0..32).map(|_| scene.gather(2));
    futures_util::future::join_all(gathers).await;
    // Three clouds, eight requests each: 64 requests take three rounds or more.
    assert!(
        begun.elapsed() >= Duration::from_secs(3),
        "{:?}",
        begun.elapsed()
    );
}
