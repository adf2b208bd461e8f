//! SIGTERM of each service under load, as when a new version is rolled out: no request is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::time::Duration;

use end_to_end::client::Client;
use end_to_end::load::{self, Plan, Requests, Tally};
use end_to_end::site::{Foundation, SERVICES};
use tokio::task::JoinHandle;

use super::world::{PATIENCE, World};

const PATH: &str = "/household/v1/me";

/// For how long people ask at most: their nonces are good for so long.
const LONGEST: Duration = Duration::from_mins(2);

/// Settings with which no service gives another one up because the machine stalls for seconds.
pub(crate) fn patient() -> Vec<(&'static str, String)> {
    [
        ("household", "service.limits.deadline_ms=20000"),
        ("identity", "service.limits.deadline_ms=20000"),
        ("identity", "service.household.timeout_ms=20000"),
        ("gateway", "service.audit.deadline_ms=20000"),
        ("gateway", "service.forwarding.connect_timeout_ms=20000"),
        ("gateway", "service.forwarding.timeout_ms=20000"),
        ("gateway", "service.limits.request_timeout_ms=30000"),
        ("gateway", "service.tokens.revocations_max_age_ms=60000"),
    ]
    .map(|(name, setting)| (name, setting.to_owned()))
    .to_vec()
}

/// What a service is given to drain, in the tests: longer than the machine stalls between its signal and the question whether it
/// is ready.
fn drains() -> Vec<(&'static str, String)> {
    SERVICES
        .map(|name| (name, "service.server.drain_delay_ms=6000".to_owned()))
        .to_vec()
}

/// Lookups of several people, a hundred a second, each with its own proof, until they are ended.
pub(crate) struct Lookups {
    over: Arc<AtomicBool>,
    asking: JoinHandle<Tally>,
}

impl Lookups {
    pub(crate) async fn begin(world: &World) -> Self {
        let url = format!("{}{PATH}", world.site.gateway);
        let host = world.site.gateway.trim_start_matches("http://").to_owned();
        let mut callers = Vec::new();
        for number in 0..10 {
            let mut citizen = world.citizen(number).await;
            assert_eq!(citizen.get(PATH).await.unwrap().status(), 200);
            let head = format!(
                "GET {PATH} HTTP/1.1\r\nHost: {host}\r\nAuthorization: DPoP {}\r\n",
                citizen.token
            );
            let head: Arc<[u8]> = head.into_bytes().into();
            callers.push((citizen, head));
        }
        let over = Arc::new(AtomicBool::new(false));
        let told = over.clone();
        let of_caller = move |number: usize| {
            let (citizen, head) = &callers[number % callers.len()];
            let request = citizen.with_possession(head, &url).ok()?;
            (!told.load(Ordering::Relaxed)).then_some(request)
        };
        let plan = Plan {
            address: host,
            requests: Requests::Fresh(Arc::new(of_caller)),
            connections: 8,
            duration: LONGEST,
            rate: Some(100.0),
        };
        Self {
            over,
            asking: tokio::spawn(load::run(plan)),
        }
    }

    /// Whether people still ask.
    pub(crate) fn go_on(&self) -> bool {
        !self.asking.is_finished()
    }

    /// Ends them, and says what was answered.
    pub(crate) async fn end(self) -> Tally {
        self.over.store(true, Ordering::Relaxed);
        self.asking.await.unwrap()
    }
}

/// What a service warned of, but for answers to who asked whether it is ready.
fn warned(copy: &str, words: &str) -> Vec<String> {
    words
        .lines()
        .filter(|line| line.contains("WARN") && !line.contains("/readyz"))
        .map(|line| format!("{copy}: {line}"))
        .collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_every_service_loses_no_request() {
    let mut world = World::servers_with(Foundation {
        two_copies: true,
        unlimited: true,
        settings: [drains(), patient()].concat(),
        ..Foundation::default()
    })
    .await;
    let lookups = Lookups::begin(&world).await;
    let (signing_in, signed_in, refused) = (
        Arc::new(AtomicBool::new(true)),
        Arc::new(AtomicU32::new(0)),
        Arc::new(std::sync::Mutex::new(Vec::new())),
    );
    let sign_ins = {
        let (gateway, facts) = (world.site.gateway.clone(), world.people[11].clone());
        let (go_on, good, bad) = (signing_in.clone(), signed_in.clone(), refused.clone());
        tokio::spawn(async move {
            while go_on.load(Ordering::Relaxed) {
                match Client::citizen(&gateway, &facts).await {
                    Ok(_) => {
                        good.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(error) => bad.lock().unwrap().push(error.to_string()),
                }
                tokio::time::sleep(Duration::from_millis(300)).await;
            }
        })
    };
    let mut warnings = Vec::new();
    for name in SERVICES {
        for copy in [name.to_owned(), format!("{name}-2")] {
            let readiness = world.site.readiness(&copy).unwrap();
            let service = world.site.service(&copy).unwrap();
            service.terminate();
            let first = reqwest::get(&readiness).await;
            let status = service.exit(PATIENCE).await;
            assert_eq!(status.code(), Some(0), "{copy}: {}", service.stderr());
            // Whoever asks after the signal is told, before the listener closes.
            assert!(
                first.is_ok(),
                "{copy} closed its door before it said that it is not ready"
            );
            warnings.extend(warned(&copy, &service.stderr()));
            world.site.start_service(&copy).unwrap();
            world
                .site
                .service(&copy)
                .unwrap()
                .answers(&readiness, PATIENCE)
                .await;
            // The balancer has seen it.
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }
    let restarted_in_time = lookups.go_on();
    let tally = lookups.end().await;
    signing_in.store(false, Ordering::Relaxed);
    sign_ins.await.unwrap();
    // What is lost after the last restart is told by those that run now.
    for name in SERVICES {
        for copy in [name.to_owned(), format!("{name}-2")] {
            let words = world.site.service(&copy).unwrap().stderr();
            warnings.extend(warned(&copy, &words));
        }
    }
    let refused = refused.lock().unwrap().clone();
    println!(
        "lookups: answered {:?}, broken {}; sign-ins: {} good, {} failed {refused:?}",
        tally.statuses,
        tally.broken,
        signed_in.load(Ordering::Relaxed),
        refused.len(),
    );
    assert!(restarted_in_time, "the load ended before the restarts did");
    assert_eq!(tally.broken, 0, "{:?}", tally.statuses);
    assert_eq!(
        tally.statuses.keys().copied().collect::<Vec<_>>(),
        [200],
        "{:?} {warnings:#?}",
        tally.statuses
    );
    assert!(refused.is_empty(), "{refused:?} {warnings:#?}");
}
