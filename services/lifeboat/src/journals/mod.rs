//! The journals of the configured capabilities: opened for commands, backed up while they are served, brought back.

mod backup;
mod command;

use clap::Args;
use journal::Journal;
use secrecy::ExposeSecret;

use crate::outcome::Failure;
use crate::registry;
use crate::settings::Settings;

pub(crate) use backup::{BackupSettings, Keeper, SOURCE};
pub(crate) use command::{JournalCommand, run};

/// The journal of a command.
#[derive(Debug, Default, Args)]
pub(crate) struct JournalOption {
    /// The journal's database: `postgres://…` or `sqlite://FILE` [default: `database` under [capabilities.NAME.journal] in
    /// lifeboat.toml].
    #[arg(long, value_name = "URL")]
    journal: Option<String>,
}

/// Opens the journals of `systems`; of all configured ones where none is named.
pub(crate) async fn open(
    systems: &[String],
    option: &JournalOption,
    settings: &Settings,
) -> Result<Vec<Journal>, Failure> {
    let mut places = Vec::new();
    for system in systems {
        let known = registry::find(system).is_some_and(|one| !one.applications.is_empty());
        if !known {
            return Err(Failure::usage(format!(
                "nothing can be filed with `{system}`"
            )));
        }
        let configured = settings.capabilities.get(system);
        let url = option.journal.clone().or_else(|| configured.and_then(url));
        places.push((system.clone(), url.ok_or_else(|| {
            Failure::usage(format!("the journal of {system} is not known")).next(format!(
                "say --journal URL, or set database under [capabilities.{system}.journal] in lifeboat.toml"
            ))
        })?));
    }
    if systems.is_empty() {
        if option.journal.is_some() {
            return Err(Failure::usage("--journal needs --system"));
        }
        let configured = settings.capabilities.iter();
        places.extend(configured.filter_map(|(name, one)| Some((name.clone(), url(one)?))));
        if places.is_empty() {
            return Err(Failure::usage("no journal is configured")
                .next("name a lifeboat.toml with --config, or say --system NAME --journal URL"));
        }
    }
    let mut journals = Vec::with_capacity(places.len());
    for (system, url) in places {
        journals.push(Journal::open(&url, &system).await?);
    }
    Ok(journals)
}

fn url(capability: &capability::Settings) -> Option<String> {
    let journal = capability.journal.as_ref()?;
    Some(journal.database.expose_secret().to_owned())
}
