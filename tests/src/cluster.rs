//! Production mode on one machine: everything that the chart renders, a process each, on PostgreSQL with a streaming replica, Redis,
//! RabbitMQ and three emulated clouds, two copies of each service behind a balancer.
//!
//! [`Cluster::start`] goes the whole way: what agencies export is backed up to three clouds, the agencies and one of the clouds are
//! lost, and every capability is restored by the chart's Jobs before anybody is served. [`faults`] are what it is put through then.

mod agencies;
mod callers;
mod certificates;
mod clouds;
mod deployed;
pub mod faults;
mod filing;
mod load;
mod measured;
pub mod report;
mod servers;
mod start;
mod values;

use std::path::PathBuf;
use std::sync::Mutex;
use std::time::Duration;

use deployment::{Site, Tools};

use crate::client::Door;
use crate::people::Facts;
use certificates::Certificates;
use clouds::Clouds;
use deployed::Deployed;
use servers::Servers;

/// How long any step may take.
const PATIENCE: Duration = Duration::from_mins(5);

/// How many people sign in.
const CITIZENS: usize = 10;

/// What a cluster is started with.
#[derive(Clone, Debug)]
pub struct Options {
    /// Invented people, where there are no packages.
    pub people: u32,
    /// Data packages of agencies, a folder each; invented ones when not said.
    pub packages: Option<PathBuf>,
    /// Seconds for which a copy that leaves goes on taking requests.
    pub drain_seconds: u32,
    /// Seconds for which a cloud that does not answer is tried again; the vault's own patience when not said.
    pub cloud_patience: Option<u32>,
    /// Helm and kubectl.
    pub tools: Tools,
}

impl Options {
    /// As the chart has it.
    pub const DRAIN_SECONDS: u32 = 5;
}

/// A running cluster. It ends, with all that it stands on, when it is dropped.
#[derive(Debug)]
pub struct Cluster {
    /// Where the world reaches the gateway.
    door: Door,
    // Declared, and so dropped, before what they stand on.
    services: Vec<Deployed>,
    site: Mutex<Site>,
    certificates: Certificates,
    people: Vec<Facts>,
    /// What each caller asks, and is answered while all is well; empty until it is found out.
    questions: Vec<Vec<callers::Question>>,
    officer: callers::Officer,
    /// The file with the authority of the gateway's certificate.
    authority: PathBuf,
    servers: Servers,
    _clouds: Clouds,
}

impl Cluster {
    /// The capabilities that are served.
    #[must_use]
    pub fn capabilities(&self) -> Vec<String> {
        let own = self.services.iter().filter(|one| one.is_capability());
        own.map(|one| one.name.clone()).collect()
    }

    /// What `lifeboat call --ready-file` reads: where the gateway is, a citizen's facts, and an officer's key.
    #[must_use]
    pub fn ready(&self) -> serde_json::Value {
        let citizen = &self.people[0];
        serde_json::json!({
            "gateway": self.door.url,
            "authority": self.authority,
            "citizen": {
                "national_id": citizen.national_id,
                "birth_date": citizen.birth_date,
                "household_no": citizen.household_no,
                "id_card_issued_on": citizen.id_card_issued_on,
            },
            "officer": { "client_id": callers::OFFICER, "key_file": self.officer.key_file },
            "timings": {},
            "capabilities": self.capabilities(),
        })
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // All at once: each takes a while to leave.
        self.services.iter_mut().for_each(Deployed::terminate);
    }
}
