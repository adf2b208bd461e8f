//! A thousand clients that send as slowly as they can: others are answered meanwhile, memory stays bounded, and the slow
//! ones are cut off when their time is over.

use std::fs;
use std::time::{Duration, Instant};

use end_to_end::site::Foundation;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

use super::stopping::patient;
use super::world::{World, eventually};

const PATH: &str = "/household/v1/me";

/// Half of them never end their head, half never their body.
const SLOW: usize = 1_000;

/// What heads and bodies are given in the test: time for all to come and for others to ask meanwhile.
const DEADLINE: Duration = Duration::from_secs(20);

/// When the last one must be cut off.
const LATEST: Duration = Duration::from_mins(1);

/// A byte or a line now and then, so that the connection never rests; fewer lines than a head may have.
const DRIP: Duration = Duration::from_millis(500);

/// What a thousand connections may add to the gateway's memory.
const MOST_KIB: u64 = 64 * 1024;

/// Of how a client keeps its connection busy.
#[derive(Clone, Copy)]
struct Dripping {
    begins: &'static str,
    goes_on: &'static str,
}

const HEAD: Dripping = Dripping {
    begins: "GET /household/v1/me HTTP/1.1\r\nHost: x\r\n",
    goes_on: "X-A: b\r\n",
};

const BODY: Dripping = Dripping {
    begins: "POST /identity/v1/token HTTP/1.1\r\nHost: x\r\n\
             Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000\r\n\r\n",
    goes_on: "a",
};

/// Drips until the gateway hangs up; returns what it said and when.
async fn drip(address: String, how: Dripping) -> (String, Duration) {
    let began = Instant::now();
    let (mut reading, mut writing) = TcpStream::connect(address).await.unwrap().into_split();
    let sends = tokio::spawn(async move {
        let mut next = how.begins;
        // The gateway's hanging up ends it.
        while writing.write_all(next.as_bytes()).await.is_ok() {
            next = how.goes_on;
            tokio::time::sleep(DRIP).await;
        }
    });
    let mut told = Vec::new();
    let _ = tokio::time::timeout(LATEST, reading.read_to_end(&mut told)).await;
    let took = began.elapsed();
    sends.abort();
    (String::from_utf8_lossy(&told).into_owned(), took)
}

fn resident_kib(pid: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let figure = line.unwrap().trim().trim_end_matches(" kB");
    figure.parse().unwrap()
}

fn open_files(pid: u32) -> usize {
    fs::read_dir(format!("/proc/{pid}/fd")).unwrap().count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_thousand_slow_clients_keep_nobody_else_waiting() {
    runtime::open_files::take_all_allowed();
    let milliseconds = DEADLINE.as_millis();
    let given = [
        format!("service.server.head_timeout_ms={milliseconds}"),
        format!("service.limits.body_timeout_ms={milliseconds}"),
        // A machine that stalls while so many come is late, and none of them is to be turned away for that.
        "service.limits.behind_ms=10000".to_owned(),
    ];
    let mut world = World::on(Foundation {
        // So that a slow body is held, and not its client's address refused.
        unlimited: true,
        // The whole request is given longer than its body.
        settings: [patient(), given.map(|one| ("gateway", one)).to_vec()].concat(),
        ..Foundation::default()
    })
    .await;
    let pid = world.site.service("gateway").unwrap().pid();
    let mut citizen = world.citizen(0).await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
    let (memory, files) = (resident_kib(pid), open_files(pid));

    let address = world.site.gateway.trim_start_matches("http://").to_owned();
    let mut slow = JoinSet::new();
    for number in 0..SLOW {
        let how = if number % 2 == 0 { HEAD } else { BODY };
        slow.spawn(drip(address.clone(), how));
    }
    eventually("all slow clients are connected", async || {
        open_files(pid) >= files + SLOW
    })
    .await;
    let mut waits = Vec::new();
    for _ in 0..20 {
        let asked = Instant::now();
        assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
        waits.push(asked.elapsed());
    }
    waits.sort_unstable();
    assert!(waits[10] < Duration::from_secs(1), "{waits:?}");
    let grown = resident_kib(pid).saturating_sub(memory);
    let held = open_files(pid);

    let (mut soonest, mut latest) = (Duration::MAX, Duration::ZERO);
    while let Some(cut) = slow.join_next().await {
        let (told, took) = cut.unwrap();
        assert!(told.starts_with("HTTP/1.1 408 "), "{told:?} after {took:?}");
        (soonest, latest) = (soonest.min(took), latest.max(took));
    }
    println!(
        "slow clients held open {held} files and {grown} KiB, and were cut off after {soonest:?} to {latest:?}"
    );
    assert!(
        held > SLOW,
        "the slow clients had left before the others asked"
    );
    assert!(soonest + DRIP >= DEADLINE, "cut off after {soonest:?}");
    assert!(latest < LATEST, "held until {latest:?}");
    assert!(grown < MOST_KIB, "{grown} KiB");
    eventually("what they held open is closed", async || {
        open_files(pid) < files + 50
    })
    .await;
    assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
}
