//! The backups of the demo: keys for five custodians, three clouds in local folders, a backup, a loss, and the way back.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use runtime::clock::SharedClock;
use snapshot::LoadOptions;
use url::Url;
use vault::backup::{self, InitOptions, RunSummary};
use vault::cloud::CloudSettings;
use vault::keys::{CustodianFile, MasterPublic, ceremony};
use vault::restore::{
    Asked, Choice, Database, Event, Events, Plan, Restore, Restored, Sink, Unheard, Whereabouts,
    master_of,
};
use vault::source::SourceOptions;

use super::folder::Folder;
use super::sources::Sources;
use super::timings::Timings;
use crate::backup::silently;
use crate::journals::SOURCE;
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

/// The custodians' key and the vaults under it, inside the demo's folder.
pub(super) struct Backups {
    master: MasterPublic,
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
        let custodians = folder.join("custodians");
        let ceremony = ceremony::hold(THRESHOLD, CUSTODIANS, clock.now())?;
        ceremony.write(&custodians)?;
        let backups = Self {
            master: ceremony.master,
            clouds: folder.make("clouds")?,
            custodians,
            vault: folder.make("backup-host")?.join("vault.toml"),
            spool: folder.join("restoring"),
            clock: clock.clone(),
        };
        backups.vault(&backups.vault, &backups.clouds).await?;
        Ok(backups)
    }

    /// Makes a vault over three clouds that are folders below `clouds`.
    pub(super) async fn vault(&self, vault: &Path, clouds: &Path) -> Result<(), Failure> {
        let mut settings = Vec::new();
        for name in CLOUDS {
            let place = clouds.join(name);
            std::fs::create_dir(&place)?;
            let url = Url::from_directory_path(&place).map_err(|()| {
                Failure::failed(format!("{} is no absolute path", place.display()))
            })?;
            settings.push(CloudSettings::new(name.to_owned(), url));
        }
        backup::init(&InitOptions {
            vault: vault.to_owned(),
            clouds: settings,
            need: NEED,
            master: self.master.clone(),
            state: None,
            clock: self.clock.clone(),
        })
        .await?;
        Ok(())
    }

    /// Backs up everything in `packages`, then loses it, and one whole cloud.
    pub(super) async fn back_up_and_lose(&self, packages: &Path) -> Result<RunSummary, Failure> {
        let options = SourceOptions {
            tier_of: registry::tier,
            ..SourceOptions::new(self.clock.clone())
        };
        let summary = silently(&self.vault, packages, options).await?;
        std::fs::remove_dir_all(packages)?;
        std::fs::remove_dir_all(self.clouds.join(LOST))?;
        Ok(summary)
    }

    /// Gathers what is left of a vault with the custodians who came; its host's state is not needed.
    async fn gathered(&self, vault: &Path, choice: &Choice) -> Result<Plan, Failure> {
        let settings = backup::Settings::load(vault)?;
        let clouds = settings.clouds.iter().map(|cloud| cloud.settings.clone());
        let place = Whereabouts::new(clouds.collect(), Some(settings.vault.fingerprint));
        let shares = PRESENT.map(|custodian| {
            CustodianFile::read(&self.custodians.join(format!("custodian-{custodian}.share")))
        });
        let shares = shares.into_iter().collect::<Result<Vec<_>, _>>()?;
        let restore = Restore::open(
            &place,
            Asked::default(),
            |master| master_of(master, &shares, None).map(|(secret, _)| secret),
            &self.clock,
        );
        Ok(restore.await?.plan(choice).await?)
    }

    /// Loses one cloud of the journals' vault, and takes the journals out of the others into the folder `to`.
    pub(super) async fn lose_and_restore_journals(
        &self,
        vault: &Path,
        clouds: &Path,
        to: &Path,
    ) -> Result<PathBuf, Failure> {
        std::fs::remove_dir_all(clouds.join(LOST))?;
        let plan = self.gathered(vault, &Choice::default()).await?;
        plan.run(Sink::Folder(to.to_owned()), Arc::new(Unheard))
            .await?;
        Ok(to.join(SOURCE))
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
        let choice = Choice {
            order: systems
                .iter()
                .map(|system| system.name.to_owned())
                .collect(),
            ..Choice::default()
        };
        let clock = Arc::new(Laps::start());
        let plan = self.gathered(&self.vault, &choice).await?;
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
            connections: std::num::NonZeroUsize::MIN,
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
