//! What `cargo xtask bench` drives: the services, and the load on them.
#![expect(clippy::print_stdout, reason = "the bench reads what it prints")]

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Args, Parser, ValueEnum};
use end_to_end::Failure;
use end_to_end::client::Client;
use end_to_end::load::{self, Plan, Request, Requests, Tally};
use end_to_end::people::{self, Facts};
use end_to_end::site::{Foundation, Site};
use reqwest::StatusCode;
use serde_json::json;
use tokio::signal::unix::{SignalKind, signal};
use tokio::task::JoinSet;
use uuid::Uuid;

/// How long a service may take to start or end.
const PATIENCE: Duration = Duration::from_secs(30);

/// After this long without a request, a service has settled.
const IDLE: Duration = Duration::from_secs(2);

#[derive(Debug, Parser)]
enum Cli {
    /// Start the services, print where they are, serve until SIGTERM
    Stage(Stage),
    /// Start a capability again and again, and print what each start took
    Start(Start),
    /// Sign people in, make their requests, print `measuring`, send them, print the figures
    Load(Load),
    /// Print `measuring`, sign people in again and again, print the figures
    SignIn(SignIn),
}

#[derive(Debug, Args)]
struct Stage {
    /// A loaded database; SQLite when not said
    #[arg(long)]
    postgres: Option<String>,
    /// The gateway's memory when not said
    #[arg(long)]
    redis: Option<String>,
    /// The server that gives a static answer (`host:port`); another gateway stands before it
    #[arg(long = "static")]
    upstream: Option<String>,
    /// The broker to which applications go
    #[arg(long)]
    broker: Option<String>,
    /// Requests a second that the gateway takes; more than any bench sends when not said
    #[arg(long)]
    capacity: Option<u32>,
    /// Every capability that has a data package beside that of `household`
    #[arg(long)]
    everything: bool,
    /// The `household` data package
    #[arg(long)]
    package: PathBuf,
}

#[derive(Debug, Args)]
struct Start {
    /// A loaded database; SQLite when not said
    #[arg(long)]
    postgres: Option<String>,
    #[arg(long)]
    runs: u8,
    /// The `household` data package
    #[arg(long)]
    package: PathBuf,
}

#[derive(Debug, Args)]
struct Load {
    /// Where people sign in
    #[arg(long)]
    gateway: String,
    /// What is asked; `{national_id}` stands for the caller's own
    #[arg(long)]
    target: String,
    /// Files this form instead, each under a key of its own; `{household_no}` stands for the caller's
    #[arg(long)]
    form: Option<String>,
    #[arg(long)]
    caller: Caller,
    #[arg(long)]
    connections: usize,
    #[arg(long)]
    seconds: u64,
    #[arg(long)]
    people: usize,
    /// Requests a second; as many as are answered when not said
    #[arg(long)]
    rate: Option<f64>,
    /// Requests are made when they are due, not beforehand: for longer than a proof is good
    #[arg(long, requires = "rate", conflicts_with = "form")]
    fresh: bool,
    /// How many requests are made beforehand, where each can be sent only once
    #[arg(long, default_value_t = 80_000)]
    proofs: usize,
    /// The `household` data package
    #[arg(long)]
    package: PathBuf,
}

#[derive(Debug, Args)]
struct SignIn {
    /// Where people sign in
    #[arg(long)]
    gateway: String,
    /// How many people take turns
    #[arg(long)]
    people: usize,
    #[arg(long)]
    seconds: u32,
    /// Sign-ins a second
    #[arg(long)]
    rate: u32,
    /// The `household` data package
    #[arg(long)]
    package: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Caller {
    Possession,
    Bearer,
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    match Cli::parse() {
        Cli::Stage(stage) => stage.run().await,
        Cli::Start(start) => start.run().await,
        Cli::Load(load) => load.run().await,
        Cli::SignIn(sign_in) => sign_in.run().await,
    }
}

fn say(line: &str) -> Result<(), Failure> {
    println!("{line}");
    Ok(std::io::stdout().flush()?)
}

/// The services that were built beside this program.
async fn site(package: &Path, on: &Foundation) -> Result<Site, Failure> {
    let own = std::env::current_exe()?;
    let programs = own.parent().ok_or("this program is in no folder")?;
    let snapshots = package
        .parent()
        .ok_or("a data package is in a folder of its system")?;
    Site::start(programs, snapshots, on).await
}

impl Stage {
    async fn run(&self) -> Result<(), Failure> {
        let mut end = signal(SignalKind::terminate())?;
        let broker = self
            .broker
            .iter()
            .map(|url| ("household", format!("service.journal.broker.url={url}")));
        let capacity = self.capacity.iter().flat_map(|capacity| {
            // A tenth of a second's requests at once: those that come unevenly.
            let burst = (capacity / 10).max(1);
            [("per_second", *capacity), ("burst", burst)]
                .map(|(key, value)| ("gateway", format!("service.rates.all.{key}={value}")))
        });
        let on = Foundation {
            postgres: self.postgres.clone(),
            redis: self.redis.clone(),
            unlimited: true,
            everything: self.everything,
            settings: broker.chain(capacity).collect(),
            ..Foundation::default()
        };
        let site = site(&self.package, &on).await?;
        let door = match &self.upstream {
            Some(upstream) => Some(site.another_gateway(upstream).await?),
            None => None,
        };
        let facts = people::first(&self.package, 1)?;
        let first = Client::citizen(&site.gateway, &facts[0]).await?;
        let ready = json!({
            "gateway": site.gateway,
            "services": site.processes(),
            "door": door.as_ref().map(|(_, url)| url),
            "door_pid": door.as_ref().map(|(service, _)| service.pid()),
            "key": first.signing_key().await?,
        });
        say(&ready.to_string())?;
        end.recv().await;
        Ok(())
    }
}

impl Start {
    async fn run(&self) -> Result<(), Failure> {
        let on = Foundation {
            postgres: self.postgres.clone(),
            ..Foundation::default()
        };
        let mut site = site(&self.package, &on).await?;
        let ready = site.readiness("household")?;
        for _ in 0..self.runs {
            let household = site.service("household")?;
            household.terminate();
            household.exit(PATIENCE).await;
            let began = Instant::now();
            site.start_service("household")?;
            let household = site.service("household")?;
            household.answers(&ready, PATIENCE).await;
            let milliseconds = began.elapsed().as_secs_f64() * 1000.0;
            tokio::time::sleep(IDLE).await;
            let figures =
                json!({"ready_ms": milliseconds, "resident_mib": resident_mib(household.pid())?});
            say(&figures.to_string())?;
        }
        Ok(())
    }
}

fn resident_mib(pid: u32) -> Result<f64, Failure> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .ok_or("no VmRSS")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<f64>()? / 1024.0)
}

impl Load {
    async fn run(&self) -> Result<(), Failure> {
        let mut callers = Vec::new();
        for facts in people::first(&self.package, self.people)? {
            callers.push((Client::citizen(&self.gateway, &facts).await?, facts));
        }
        let (address, _) = address_and_path(&self.target)?;
        let plan = |requests, rate| Plan {
            address: address.to_owned(),
            requests,
            connections: self.connections,
            duration: Duration::from_secs(self.seconds),
            rate,
        };
        // Connections and caches are warm before the measured interval.
        let requests = match self.caller {
            Caller::Bearer => {
                let made = callers
                    .iter()
                    .map(|(client, facts)| self.bearer(client, facts))
                    .collect::<Result<_, _>>()?;
                let requests = Requests::Again(made);
                load::run(Plan {
                    duration: Duration::from_secs(1),
                    ..plan(requests.clone(), None)
                })
                .await;
                requests
            }
            Caller::Possession => {
                let maker = self.maker(callers).await?;
                if self.fresh {
                    let maker = Arc::new(maker);
                    Requests::Fresh(Arc::new(move |number| maker.request(number).ok()))
                } else {
                    let mut made = maker.requests(self.proofs)?;
                    let warm = made.split_off(made.len() - made.len() / 20);
                    load::run(plan(Requests::Once(warm), None)).await;
                    Requests::Once(made)
                }
            }
        };
        let plan = plan(requests, self.rate);
        say("measuring")?;
        let tally = load::run(plan).await;
        say(&tally.json().to_string())
    }

    fn bearer(&self, client: &Client, facts: &Facts) -> Result<Request, Failure> {
        let head = self.head(facts)?;
        let tail = format!("Authorization: Bearer {}\r\n\r\n", client.token);
        Ok(Request {
            head: head.into_bytes().into(),
            tail: tail.into_bytes().into(),
        })
    }

    /// Makes the requests of these people.
    async fn maker(&self, mut callers: Vec<(Client, Facts)>) -> Result<Maker, Failure> {
        let path = address_and_path(&self.target)?.1;
        let mut unknown = Vec::new();
        for (client, facts) in &mut callers {
            // Whatever it answers, it tells the nonce that proofs must have.
            if client.get(path).await?.status() == StatusCode::NOT_FOUND {
                unknown.push(facts.national_id.clone());
            }
        }
        if self.form.is_none() {
            // Not everybody owns land.
            callers.retain(|(_, facts)| !unknown.contains(&facts.national_id));
        }
        if callers.is_empty() {
            return Err("nobody has a record there".into());
        }
        let with_head = |(client, facts): (Client, Facts)| {
            let head = self.head(&facts)? + &format!("Authorization: DPoP {}\r\n", client.token);
            Ok((client, facts, head.into_bytes().into()))
        };
        Ok(Maker {
            callers: callers
                .into_iter()
                .map(with_head)
                .collect::<Result<_, Failure>>()?,
            target: self.target.clone(),
            form: self.form.clone(),
        })
    }

    fn head(&self, facts: &Facts) -> Result<String, Failure> {
        let target = self.target.replace("{national_id}", &facts.national_id);
        let (address, path) = address_and_path(&target)?;
        let method = if self.form.is_some() { "POST" } else { "GET" };
        Ok(format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\n"))
    }
}

impl SignIn {
    async fn run(&self) -> Result<(), Failure> {
        let people = people::first(&self.package, self.people)?;
        say("measuring")?;
        let began = Instant::now();
        let mut due = tokio::time::interval(Duration::from_secs(1) / self.rate.max(1));
        let mut signing = JoinSet::new();
        let count = usize::try_from(self.seconds * self.rate)?;
        for facts in people.iter().cycle().take(count) {
            due.tick().await;
            let (gateway, facts) = (self.gateway.clone(), facts.clone());
            signing.spawn(async move {
                let began = Instant::now();
                let signed_in = Client::citizen(gateway, &facts).await;
                signed_in
                    .map(|_| began.elapsed())
                    .map_err(|error| error.to_string())
            });
        }
        let mut tally = Tally::default();
        while let Some(took) = signing.join_next().await {
            tally.succeeded(took??);
        }
        tally.seconds = began.elapsed().as_secs_f64();
        say(&tally.json().to_string())
    }
}

/// Makes requests with proofs of possession.
struct Maker {
    callers: Vec<(Client, Facts, Arc<[u8]>)>,
    target: String,
    form: Option<String>,
}

impl Maker {
    /// One request, of the person whose turn it is.
    fn request(&self, number: usize) -> Result<Request, Failure> {
        let (client, facts, head) = &self.callers[number % self.callers.len()];
        let Some(form) = &self.form else {
            return client.with_possession(head, &self.target);
        };
        let form = form.replace("{household_no}", &facts.household_no);
        let more = format!(
            "Idempotency-Key: {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{form}",
            Uuid::new_v4(),
            form.len()
        );
        client.posting(head, &self.target, &more)
    }

    /// So many, signed on two cores, because proofs grow old.
    fn requests(&self, count: usize) -> Result<Vec<Request>, Failure> {
        let made = |numbers: std::ops::Range<usize>| -> Result<Vec<Request>, Failure> {
            numbers.map(|number| self.request(number)).collect()
        };
        let half = count / 2;
        let (first, second) = std::thread::scope(|scope| {
            let second = scope.spawn(|| made(half..count));
            (made(0..half), second.join())
        });
        let mut requests = first?;
        requests.extend(second.map_err(|_| "a thread that signs proofs failed")??);
        Ok(requests)
    }
}

/// `http://host:port/path` → `host:port`, `/path`
fn address_and_path(url: &str) -> Result<(&str, &str), Failure> {
    let rest = url
        .strip_prefix("http://")
        .ok_or("only http:// is driven")?;
    Ok(rest.find('/').map_or((rest, "/"), |at| rest.split_at(at)))
}
