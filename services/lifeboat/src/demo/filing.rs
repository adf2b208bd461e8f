//! What people file while the site serves, and what of it is left when the site is lost: everything.

use std::path::{Path, PathBuf};
use std::time::Duration;

use access::keys::KeySet;
use journal::Journal;
use journal::receipt::Receipt;
use reqwest::Method;
use reqwest::header::{HeaderName, HeaderValue};
use runtime::clock::SharedClock;
use serde_json::Value;
use uuid::Uuid;

use super::backups::Backups;
use super::folder::Folder;
use super::ready_file::ReadyFile;
use super::site::{JOURNAL_VAULT, Samples};
use crate::client::Client;
use crate::journals::{self, BackupSettings, JournalOption, Keeper};
use crate::outcome::Failure;
use crate::settings::Settings;

/// An application that was filed.
pub(super) struct Filed {
    pub(super) capability: &'static str,
    pub(super) kind: &'static str,
    id: String,
    receipt: String,
    /// The public keys of receipts, as they were given out before the site was lost.
    keys: KeySet,
}

/// Files one application with each capability, as the citizen.
pub(super) async fn file(
    ready: &ReadyFile,
    samples: Samples,
    clock: &SharedClock,
) -> Result<Vec<Filed>, Failure> {
    let mut client = ready.signed_in(false, clock).await?;
    let mut filed = Vec::new();
    for (capability, sample) in samples {
        let path = format!("/{capability}/v1/applications/{}", sample.kind);
        let key = HeaderValue::from_str(&Uuid::now_v7().to_string())?;
        let headers = [(HeaderName::from_static("idempotency-key"), key)];
        let taken = ask(
            &mut client,
            &Method::POST,
            &path,
            &headers,
            Some(&sample.form),
            202,
        )
        .await?;
        let keys = format!("/{capability}/v1/receipt-keys");
        let keys = ask(&mut client, &Method::GET, &keys, &[], None, 200).await?;
        let text = |member: &str| taken["data"][member].as_str().map(str::to_owned);
        let (id, receipt) = text("id")
            .zip(text("receipt"))
            .ok_or_else(|| Failure::failed(format!("{path} gave no receipt")))?;
        filed.push(Filed {
            capability,
            kind: sample.kind,
            id,
            receipt,
            keys: KeySet::from_jwks(&keys.to_string())?,
        });
    }
    Ok(filed)
}

/// The vault that the journals are kept in until the site is lost.
pub(super) struct FirstSite {
    settings: BackupSettings,
    clouds: PathBuf,
}

impl FirstSite {
    pub(super) async fn prepare(folder: &Folder, backups: &Backups) -> Result<Self, Failure> {
        let host = folder.make("first-site")?;
        let clouds = folder.make("journal-clouds")?;
        let first = clouds.join("first-site");
        std::fs::create_dir(&first)?;
        let vault = host.join("vault.toml");
        backups.vault(&vault, &first).await?;
        Ok(Self {
            settings: BackupSettings {
                vault,
                spool: host.join("spool"),
                every_s: 60,
            },
            clouds: first,
        })
    }

    /// Backs the journals up, as `lifeboat up` does every minute.
    pub(super) async fn back_up(
        &self,
        settings: &Settings,
        clock: &SharedClock,
    ) -> Result<(), Failure> {
        let journals = journals::open(&[], &JournalOption::default(), settings).await?;
        let keeper = Keeper::new(self.settings.clone(), journals, clock.clone());
        keeper.once().await.map(|_| ())
    }

    /// Loses the site with its journals, and one cloud; brings the journals back from the others, and makes the vault of
    /// the site that serves from now on.
    pub(super) async fn lose_and_restore(
        self,
        folder: &Folder,
        backups: &Backups,
        settings: &Settings,
    ) -> Result<usize, Failure> {
        let journals = folder.join("journals");
        std::fs::remove_dir_all(&journals)?;
        std::fs::remove_dir_all(&self.settings.spool)?;
        let restored = backups
            .lose_and_restore_journals(
                &self.settings.vault,
                &self.clouds,
                &folder.join("journals-restored"),
            )
            .await?;
        std::fs::create_dir(&journals)?;
        let mut applications = 0;
        for journal in journals::open(&[], &JournalOption::default(), settings).await? {
            applications += replayed(&journal, &restored).await?;
        }
        std::fs::remove_dir_all(folder.join("journals-restored"))?;
        let second = folder.join("journal-clouds").join("second-site");
        std::fs::create_dir(&second)?;
        folder.make("journal-host")?;
        backups.vault(&folder.join(JOURNAL_VAULT), &second).await?;
        Ok(applications)
    }
}

async fn replayed(journal: &Journal, from: &Path) -> Result<usize, Failure> {
    let folder = from.join(journal.capability());
    if !folder.exists() {
        return Err(Failure::failed(format!(
            "{} did not come back",
            journal.capability()
        )));
    }
    Ok(journal.replay(&folder).await?.applications)
}

/// Between two looks at what becomes of an application, and how often it is looked at.
const GLANCE: Duration = Duration::from_millis(250);
const GLANCES: usize = 40;

/// Shows that each application is there again, that its receipt holds by the keys that were public before, and that it is
/// handed on.
pub(super) async fn check(
    ready: &ReadyFile,
    filed: &[Filed],
    clock: &SharedClock,
) -> Result<(), Failure> {
    let mut client = ready.signed_in(false, clock).await?;
    for one in filed {
        let path = format!("/{}/v1/applications/{}", one.capability, one.id);
        let found = ask(&mut client, &Method::GET, &path, &[], None, 200).await?;
        if found["data"]["receipt"].as_str() != Some(one.receipt.as_str()) {
            return Err(Failure::failed(format!(
                "{path} came back with another receipt"
            )));
        }
        Receipt::verify(&one.receipt, &one.keys).map_err(|fault| {
            Failure::failed(format!("the receipt of {path} does not hold: {fault}"))
        })?;
        forwarded(&mut client, &path, found).await?;
    }
    Ok(())
}

/// Waits until the application at `path`, of which this was found, is handed on.
async fn forwarded(client: &mut Client, path: &str, mut found: Value) -> Result<(), Failure> {
    for _ in 0..GLANCES {
        if found["data"]["state"] == "forwarded" {
            return Ok(());
        }
        tokio::time::sleep(GLANCE).await;
        found = ask(client, &Method::GET, path, &[], None, 200).await?;
    }
    Err(Failure::failed(format!("{path} is not handed on")))
}

async fn ask(
    client: &mut Client,
    method: &Method,
    path: &str,
    headers: &[(HeaderName, HeaderValue)],
    body: Option<&Value>,
    status: u16,
) -> Result<Value, Failure> {
    let answer = client.send(method, path, headers, body).await?;
    let found = answer.status().as_u16();
    let text = answer.text().await?;
    if found != status {
        return Err(Failure::failed(format!("{path} answered {found}: {text}")));
    }
    Ok(serde_json::from_str(&text)?)
}
