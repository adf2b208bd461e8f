//! The backups of the demo: keys for five custodians, three clouds in local folders, a backup, a loss, and the way back.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use runtime::clock::SharedClock;
use snapshot::LoadOptions;
use url::Url;
use vault::backup::{self, Feed, InitOptions, RunOptions, RunSummary, Vault};
use vault::cloud::CloudSettings;
use vault::keys::{CustodianFile, ceremony};
use vault::restore::{
    Asked, Choice, Database, Event, Events, Restore, Restored, Sink, Whereabouts, master_of,
};
use vault::source::{self, SourceError, SourceOptions};

use super::folder::Folder;
use super::sources::Sources;
use super::timings::Timings;
use crate::outcome::Failure;
use crate::registry;

const CUSTODIANS: u8 = 5;
const THRESHOLD: u8 = 3;
const CLOUDS: [&str; 3] = ["cloud-a", "cloud-b", "cloud-c"];
const NEED: u8 = 2;

/// The cloud that is lost.
const LOST: &str = "cloud-b";

/// Custodians who come to the restore; the other two are out of reach.
const PRESENT: [u8; 3] = [1, 3, 4];

/// A vault and all that belongs to it, inside the demo's folder.
pub(super) struct Backups {
    clouds: PathBuf,
    custodians: PathBuf,
    vault: PathBuf,
    spool: PathBuf,
    clock: SharedClock,
}

/// What came of the way through the vault.
pub(super) struct WayBack {
    pub(super) backup: RunSummary,
    pub(super) restored: Restored,
}

impl Backups {
    /// Holds the ceremony and makes the vault.
    pub(super) async fn prepare(folder: &Folder, clock: &SharedClock) -> Result<Self, Failure> {
        let backups = Self {
            clouds: folder.make("clouds")?,
            custodians: folder.join("custodians"),
            vault: folder.make("backup-host")?.join("vault.toml"),
            spool: folder.join("restoring"),
            clock: clock.clone(),
        };
        let ceremony = ceremony::hold(THRESHOLD, CUSTODIANS, clock.now())?;
        ceremony.write(&backups.custodians)?;
        let mut clouds = Vec::new();
        for name in CLOUDS {
            let place = backups.clouds.join(name);
            std::fs::create_dir(&place)?;
            let url = Url::from_directory_path(&place).map_err(|()| {
                Failure::failed(format!("{} is no absolute path", place.display()))
            })?;
            clouds.push(CloudSettings::new(name.to_owned(), url));
        }
        backup::init(&InitOptions {
            vault: backups.vault.clone(),
            clouds,
            need: NEED,
            master: ceremony.master,
            state: None,
            clock: clock.clone(),
        })
        .await?;
        Ok(backups)
    }

    /// Backs up everything in `packages`, then loses it, and one whole cloud.
    pub(super) async fn back_up_and_lose(&self, packages: &Path) -> Result<RunSummary, Failure> {
        let vault = Vault::open(&self.vault)?;
        let options = SourceOptions {
            tier_of: registry::tier,
            ..SourceOptions::new(self.clock.clone())
        };
        let spec = packages.display().to_string();
        let open = move || -> Result<Vec<Box<dyn Feed>>, SourceError> {
            let sources = source::open(&spec, &options)?;
            Ok(sources.into_iter().map(|one| Box::new(one) as _).collect())
        };
        let how = RunOptions {
            new_generation: false,
            witness: None,
            clock: self.clock.clone(),
            observer: Arc::new(backup::Silent),
        };
        let clouds = vault.clouds(&self.clock);
        let summary = Box::pin(backup::run(&vault, clouds, open, &how)).await?;
        std::fs::remove_dir_all(packages)?;
        std::fs::remove_dir_all(self.clouds.join(LOST))?;
        Ok(summary)
    }

    /// Restores the systems into the stores below `stores`, the most urgent first, with the custodians who came.
    pub(super) async fn restore(
        &self,
        stores: &Path,
        sources: &Sources,
        timings: &mut Timings,
    ) -> Result<Restored, Failure> {
        let systems: Vec<_> = sources
            .known
            .iter()
            .map(|source| source.system.clone())
            .collect();
        let settings = backup::Settings::load(&self.vault)?;
        let clouds = settings.clouds.iter().map(|cloud| cloud.settings.clone());
        let place = Whereabouts::new(clouds.collect(), Some(settings.vault.fingerprint));
        let shares = PRESENT.map(|custodian| {
            CustodianFile::read(&self.custodians.join(format!("custodian-{custodian}.share")))
        });
        let shares = shares.into_iter().collect::<Result<Vec<_>, _>>()?;
        let choice = Choice {
            order: systems
                .iter()
                .map(|system| system.name.to_owned())
                .collect(),
            ..Choice::default()
        };
        let clock = Arc::new(Laps::start());
        let restore = Restore::open(
            &place,
            Asked::default(),
            |master| master_of(master, &shares, None).map(|(secret, _)| secret),
            &self.clock,
        );
        let plan = restore.await?.plan(&choice).await?;
        let database = Database {
            url: format!("sqlite://{}", stores.display()),
            systems,
            options: LoadOptions {
                trust: sources.trust.clone(),
                quarantine: None,
                allow_older: false,
                clock: self.clock.clone(),
            },
            progress: Arc::new(snapshot::Silent),
            spool: self.spool.clone(),
        };
        let restored = plan
            .run(Sink::Database(database), Arc::clone(&clock) as _)
            .await?;
        for (system, seconds) in clock.laps() {
            timings.add(format!("restore {system}"), seconds);
        }
        Ok(restored)
    }
}

/// When each system was usable, counted from the start.
#[derive(Debug)]
struct Laps {
    start: Instant,
    usable: Mutex<Vec<(String, f64)>>,
}

impl Laps {
    fn start() -> Self {
        Self {
            start: Instant::now(),
            usable: Mutex::default(),
        }
    }

    fn laps(&self) -> Vec<(String, f64)> {
        self.usable
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

impl Events for Laps {
    fn tell(&self, event: Event) {
        if let Event::Usable { system, .. } = event {
            let lap = (system, self.start.elapsed().as_secs_f64());
            self.usable
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(lap);
        }
    }
}

/// Bytes up and down, and the overhead beside its formula.
impl fmt::Display for WayBack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (backup, restored) = (&self.backup, &self.restored);
        writeln!(
            out,
            "backed up {} bytes: {} compressed, {} sent to {} clouds; {:.2} stored for each compressed byte, {}/{} = {:.2} and padding",
            backup.bytes_read,
            backup.bytes_compressed,
            backup.bytes_stored,
            backup.clouds,
            backup.overhead,
            backup.clouds,
            backup.need,
            backup.overhead_formula,
        )?;
        writeln!(out, "lost      the originals and {LOST}")?;
        write!(
            out,
            "restored  {} bytes from {} fetched, with custodians {} of {CUSTODIANS}",
            restored.planned.bytes,
            restored.fetched,
            PRESENT.map(|custodian| custodian.to_string()).join(", "),
        )
    }
}
