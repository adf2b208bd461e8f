//! `lifeboat snapshot wait`: the gate before what needs data, such as a service's copy or the restore of a later tier.

use std::process::ExitCode;
use std::time::Duration;

use ::snapshot::{Store, StoreError, System};
use clap::Args;

use super::settings::Settings;
use super::show;
use super::target::{DatabaseOption, system};
use crate::outcome::Failure;

/// Between two looks.
const EVERY: Duration = Duration::from_secs(1);

/// What to wait for.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// A system whose snapshot must be in service; may be repeated.
    #[arg(long, value_name = "NAME", required = true)]
    system: Vec<String>,
    /// Seconds after which waiting fails [default: waits for as long as it takes].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u64).range(1..))]
    at_most: Option<u64>,
    #[command(flatten)]
    database: DatabaseOption,
}

pub(crate) async fn run(
    options: &Options,
    systems: &[System],
    settings: &Settings,
) -> Result<ExitCode, Failure> {
    let stores = options
        .system
        .iter()
        .map(|name| options.database.store(system(name, systems)?, settings))
        .collect::<Result<Vec<_>, _>>()?;
    let looking = async {
        for store in &stores {
            in_service(store).await?;
        }
        Ok(ExitCode::SUCCESS)
    };
    let patience = options.at_most.map(Duration::from_secs);
    tokio::select! {
        done = looking => done,
        () = give_up(patience) => Err(Failure::failed("there is no snapshot in service yet")
            .next("restore or load it: lifeboat restore, lifeboat snapshot load")),
    }
}

async fn give_up(patience: Option<Duration>) {
    match patience {
        Some(patience) => tokio::time::sleep(patience).await,
        None => std::future::pending().await,
    }
}

/// Returns once a snapshot of the system is in service; says what it waits for whenever that changes.
async fn in_service(store: &Store) -> Result<(), Failure> {
    let name = store.system().name;
    let mut said = String::new();
    loop {
        let why = match store.active().await {
            Ok(Some(snapshot)) => {
                let (id, taken_at) = (snapshot.id, snapshot.taken_at);
                return show::out(&format!(
                    "{name}: snapshot {id} of {taken_at} is in service"
                ));
            }
            Ok(None) => "there is no snapshot yet".to_owned(),
            Err(error @ (StoreError::Url | StoreError::Definition(_))) => {
                return Err(Failure::usage(error));
            }
            // A database that is about to start, or a snapshot that a restore is about to replace.
            Err(error) => error.to_string(),
        };
        if why != said {
            show::out(&format!("{name}: {why}; waiting"))?;
            said = why;
        }
        tokio::time::sleep(EVERY).await;
    }
}
