//! `lifeboat failback parked`

use std::process::ExitCode;

use clap::Args;
use journal::{Parked, broker, in_process};
use runtime::clock;
use serde_json::json;
use uuid::Uuid;

use crate::journals::{self, JournalOption};
use crate::outcome::{Failure, say, say_json};
use crate::settings::Settings;

/// Most messages that are listed.
const MOST: u16 = 1_000;

/// Which messages.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The system.
    #[arg(long, value_name = "NAME")]
    system: String,
    /// Puts this message back into its queue.
    #[arg(long, value_name = "ID", conflicts_with = "discard")]
    requeue: Option<Uuid>,
    /// Drops this message; the application stays in the journal.
    #[arg(long, value_name = "ID")]
    discard: Option<Uuid>,
}

pub(crate) async fn run(
    options: Options,
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let system = &options.system;
    let parked = parked(system, settings).await?;
    let gone = |found: bool, id: Uuid, done: &str| {
        if found {
            say(format_args!("{id} {done}"));
            Ok(ExitCode::SUCCESS)
        } else {
            Err(Failure::failed(format!("no message {id} is parked")))
        }
    };
    if let Some(id) = options.requeue {
        return gone(parked.requeue(id).await?, id, "is back in its queue");
    }
    if let Some(id) = options.discard {
        return gone(parked.discard(id).await?, id, "is dropped");
    }
    let messages = parked.list(MOST).await?;
    if json {
        let messages: Vec<_> = messages
            .iter()
            .map(|one| json!({ "id": one.id, "kind": one.kind, "position": one.position, "reason": one.reason, "deaths": one.deaths }))
            .collect();
        say_json(&json!({ "system": system, "parked": messages }))?;
        return Ok(ExitCode::SUCCESS);
    }
    if messages.is_empty() {
        say(format_args!("{system}: nothing is parked"));
    }
    for one in &messages {
        say(format_args!("{one:?}"));
    }
    Ok(ExitCode::SUCCESS)
}

/// Where the configuration says that messages of this system are parked.
async fn parked(system: &str, settings: &Settings) -> Result<Parked, Failure> {
    let configured = settings.capabilities.get(system);
    let journal = configured.and_then(|capability| capability.journal.as_ref());
    if let Some(broker) = journal.and_then(|journal| journal.broker.as_ref()) {
        return Ok(Parked::Broker(broker::Parked::new(broker, system)?));
    }
    let option = JournalOption::default();
    let journals = journals::open(&[system.to_owned()], &option, settings).await?;
    let journal = journals.into_iter().next();
    let journal = journal.ok_or_else(|| Failure::failed("no journal was opened"))?;
    Ok(Parked::Process(in_process::Parked::new(
        journal,
        clock::system(),
    )))
}
