//! A vault on folders, the person who holds its master key, and what is on its clouds.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use chrono::{DateTime, TimeZone as _, Utc};
use runtime::clock::{Clock as _, ManualClock, SharedClock};
use tempfile::TempDir;
use url::Url;
use vault::backup::{
    self, BackupError, InitOptions, Observer, OpenClouds, RunOptions, RunSummary, Silent, Vault,
};
use vault::cloud::CloudSettings;
use vault::keys::{MasterPublic, MasterSecret};
use vault::restore::{Asked, Choice, Restore, RestoreError, Sink, Unheard, Whereabouts};
use zeroize::Zeroizing;

use crate::data::{File, Memory};

pub(crate) struct World {
    folder: Result<TempDir, PathBuf>,
    pub(crate) clock: Arc<ManualClock>,
    pub(crate) need: u8,
    pub(crate) count: u8,
    /// Whose vault it is to be.
    pub(crate) master: MasterPublic,
}

/// Shares are of no use here: the master key is whole in the test's hands.
fn secret() -> MasterSecret {
    MasterSecret::from_bytes(Zeroizing::new([42; 32]))
}

fn master() -> MasterPublic {
    let public = secret().public_key().unwrap();
    let text = serde_json::json!({
        "format": "lifeboat-master/1",
        "ceremony": "0190163d-8694-439b-aea5-966c26f8ad91",
        "created": "2026-11-21T00:00:00Z",
        "threshold": 2,
        "custodians": 3,
        "public_key": public,
        "share_commitments": vec!["00".repeat(32); 3],
    });
    MasterPublic::from_bytes(text.to_string().as_bytes()).unwrap()
}

fn morning() -> DateTime<Utc> {
    Utc.with_ymd_and_hms(2026, 11, 21, 6, 0, 0).unwrap()
}

impl World {
    /// A vault of which `need` of `count` clouds are enough.
    pub(crate) async fn new(need: u8, count: u8) -> Self {
        let world = Self::bare(need, count);
        world.init().await.unwrap();
        world
    }

    /// Before there is a vault.
    pub(crate) fn bare(need: u8, count: u8) -> Self {
        Self {
            folder: Ok(tempfile::tempdir().unwrap()),
            clock: ManualClock::new(morning()),
            need,
            count,
            master: master(),
        }
    }

    /// The world of another process.
    pub(crate) fn of(folder: &Path) -> Self {
        Self {
            folder: Err(folder.to_owned()),
            clock: ManualClock::new(morning()),
            need: 2,
            count: 3,
            master: master(),
        }
    }

    pub(crate) fn options(&self) -> InitOptions {
        InitOptions {
            vault: self.vault_file(),
            clouds: self.cloud_settings(),
            need: self.need,
            master: self.master.clone(),
            state: None,
            clock: self.shared_clock(),
        }
    }

    pub(crate) async fn init(&self) -> Result<backup::Initialised, BackupError> {
        backup::init(&self.options()).await
    }

    pub(crate) fn folder(&self) -> &Path {
        match &self.folder {
            Ok(own) => own.path(),
            Err(other) => other,
        }
    }

    pub(crate) fn vault_file(&self) -> PathBuf {
        self.folder().join("vault.toml")
    }

    pub(crate) fn shared_clock(&self) -> SharedClock {
        Arc::clone(&self.clock) as SharedClock
    }

    pub(crate) fn cloud_folder(&self, number: u8) -> PathBuf {
        self.folder().join(format!("cloud-{number}"))
    }

    pub(crate) fn cloud_settings(&self) -> Vec<CloudSettings> {
        (1..=self.count)
            .map(|number| {
                let url = Url::from_directory_path(self.cloud_folder(number)).unwrap();
                CloudSettings::new(format!("cloud-{number}"), url)
            })
            .collect()
    }

    pub(crate) fn vault(&self) -> Vault {
        Vault::open(&self.vault_file()).unwrap()
    }

    pub(crate) fn clouds(&self) -> OpenClouds {
        self.vault().clouds(&self.shared_clock())
    }

    /// Changes a line of vault.toml.
    pub(crate) fn set(&self, line: &str) {
        let text = fs::read_to_string(self.vault_file()).unwrap();
        let (key, _) = line.split_once(' ').unwrap();
        let lines = text.lines().map(|old| match old.split_once(' ') {
            Some((found, _)) if found == key => line,
            _ => old,
        });
        let lines: Vec<_> = lines.collect();
        fs::write(self.vault_file(), lines.join("\n")).unwrap();
    }

    pub(crate) async fn run(&self, files: &[File]) -> Result<RunSummary, BackupError> {
        self.run_with(files, self.clouds(), Arc::new(Silent), false)
            .await
    }

    pub(crate) async fn run_with(
        &self,
        files: &[File],
        clouds: OpenClouds,
        observer: Arc<dyn Observer>,
        new_generation: bool,
    ) -> Result<RunSummary, BackupError> {
        let files = files.to_vec();
        let how = RunOptions {
            new_generation,
            witness: None,
            clock: self.shared_clock(),
            observer,
        };
        let sources = move || Ok(vec![Memory::feed("register", files)]);
        Box::pin(backup::run(&self.vault(), clouds, sources, &how)).await
    }

    /// Restores the newest restore point from the clouds that there are.
    pub(crate) async fn restored(&self) -> Result<Vec<File>, RestoreError> {
        let into = tempfile::tempdir().unwrap();
        let target = into.path().join("restored");
        let place = Whereabouts::new(self.cloud_settings(), None);
        let open = |_: &MasterPublic| Ok(secret());
        let clock = self.shared_clock();
        let restore = Restore::open(&place, Asked::default(), open, &clock).await?;
        let plan = Box::pin(restore.plan(&Choice::default())).await?;
        Box::pin(plan.run(Sink::Folder(target.clone()), Arc::new(Unheard))).await?;
        let root = target.join("register");
        let files = files_below(&root).into_iter().map(|(path, bytes)| {
            let table = path.strip_suffix("/0001.csv").map(str::to_owned);
            File { path, bytes, table }
        });
        Ok(files.collect())
    }

    /// Asserts that the newest restore point holds exactly these files.
    pub(crate) async fn assert_holds(&self, files: &[File]) {
        let mut expected = files.to_vec();
        expected.sort_by(|a, b| a.path.cmp(&b.path));
        let restored = self.restored().await.unwrap();
        assert!(restored == expected, "restored bytes differ");
    }

    /// Every object on a cloud, by name.
    pub(crate) fn objects(&self, number: u8) -> BTreeMap<String, Vec<u8>> {
        files_below(&self.cloud_folder(number))
    }

    /// Bytes on all clouds.
    pub(crate) fn stored_bytes(&self) -> usize {
        let clouds = (1..=self.count).map(|number| self.objects(number));
        clouds
            .flat_map(BTreeMap::into_values)
            .map(|bytes| bytes.len())
            .sum()
    }

    pub(crate) fn advance_days(&self, days: i64) {
        self.clock.advance(chrono::TimeDelta::days(days));
    }

    pub(crate) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }
}

pub(crate) fn files_below(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap();
                found.insert(name.to_owned(), fs::read(&path).unwrap());
            }
        }
    }
    found
}
