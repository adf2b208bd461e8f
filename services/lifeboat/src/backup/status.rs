//! `lifeboat backup status`

use std::process::ExitCode;

use clap::Args;
use comfy_table::Table;
use comfy_table::presets::UTF8_FULL_CONDENSED;
use vault::keep::{Colour, Status, status};

use super::keeper::{KeeperOptions, Known};
use crate::outcome::{Failure, say, say_result};
use crate::restore::{failure, warn};

/// Which vault.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    keeper: KeeperOptions,
}

pub(crate) async fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let keeper = Known::read(&options.keeper)?.keeper().await?;
    let status = status(&keeper).await.map_err(|error| failure(&error))?;
    say_result(&status, json, tell)?;
    Ok(ExitCode::from(u8::from(status.colour != Colour::Green)))
}

fn tell(status: &Status) {
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED).set_header([
        "cloud",
        "name",
        "answers",
        "newest backup",
        "objects missing",
    ]);
    for cloud in &status.clouds {
        table.add_row([
            cloud.number.to_string(),
            cloud.name.clone(),
            if cloud.answers { "yes" } else { "NO" }.to_owned(),
            cloud
                .newest
                .map_or_else(|| "none".to_owned(), |newest| newest.to_string()),
            format!("{} of {}", cloud.missing, status.objects),
        ]);
        if let Some(skew) = cloud.clock_ahead_seconds.filter(|skew| skew.abs() > 600) {
            warn(&format!(
                "the clock of cloud {} is {skew} s ahead of this machine's",
                cloud.number
            ));
        }
    }
    say(format_args!("{table}"));
    let fresh = if status.expired {
        "EXPIRED on"
    } else {
        "fresh until"
    };
    say(format_args!(
        "{}: backup {} of {} ({} h old), {fresh} {}; {}",
        status.colour,
        status.sequence,
        status.created.format("%Y-%m-%d %H:%M UTC"),
        status.age_seconds / 3600,
        status.expires.format("%Y-%m-%d %H:%M UTC"),
        match status.survives {
            ..0 => "it cannot be restored now".to_owned(),
            0 => "it survives the loss of no further cloud".to_owned(),
            more => format!("it survives the loss of any {more} further cloud(s)"),
        }
    ));
    status.warnings.iter().for_each(|words| warn(words));
    for blame in &status.blames {
        warn(&blame.to_string());
    }
    say(format_args!("next: {}", status.next));
}
