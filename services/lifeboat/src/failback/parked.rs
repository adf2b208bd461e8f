//! `lifeboat failback parked`

use std::process::ExitCode;

use clap::Args;
use journal::broker::Parked;
use serde_json::json;
use uuid::Uuid;

use crate::outcome::{Failure, say, say_json};
use crate::settings::Settings;

/// Most messages that are listed.
const MOST: usize = 1_000;

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
    let broker = settings
        .capabilities
        .get(system)
        .and_then(|capability| capability.journal.as_ref()?.broker.as_ref())
        .ok_or_else(|| {
            Failure::usage(format!("{system} hands its applications to no broker")).next(format!(
                "set url under [capabilities.{system}.journal.broker] in lifeboat.toml"
            ))
        })?;
    let parked = Parked::new(broker, system)?;
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
