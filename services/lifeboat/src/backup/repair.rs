//! `lifeboat backup repair`

use std::path::Path;
use std::process::ExitCode;

use clap::Args;
use url::Url;
use vault::backup::Settings;
use vault::cloud::{CloudSettings, prepare};
use vault::keep::{Keeper, Repaired, repair};
use vault::restore::Size;

use super::keeper::{KeeperOptions, Known};
use crate::outcome::{Failure, say, say_result};
use crate::restore::{failure, tick, warn};

/// How many objects that stay wrong are shown one by one.
const SHOWN: usize = 50;

/// What to repair.
#[derive(Debug, Args)]
pub(crate) struct Options {
    #[command(flatten)]
    keeper: KeeperOptions,
    /// Downloads and proves everything, and replaces what is wrong; without it only what is missing is put back.
    #[arg(long)]
    deep: bool,
    /// Fills a new cloud in the place of a lost one, which keeps its number, and writes it into vault.toml.
    #[arg(long, value_name = "URL", requires = "replaces")]
    new_cloud: Option<Url>,
    /// The name, in vault.toml, of the lost cloud.
    #[arg(long, value_name = "NAME", requires = "new_cloud")]
    replaces: Option<String>,
}

pub(crate) async fn run(options: &Options, json: bool) -> Result<ExitCode, Failure> {
    let known = Known::read(&options.keeper)?;
    let keeper = match (&options.new_cloud, &options.replaces) {
        (Some(url), Some(lost)) => replaced(&known, &options.keeper.vault, url, lost).await?,
        _ => known.keeper().await?,
    };
    let repaired = repair(&keeper, options.deep, &tick(json, "repairing")).await;
    let repaired = repaired.map_err(|error| failure(&error))?;
    if let Some(host) = &known.host {
        for number in 1..=host.settings.count() {
            let unhealed = repaired.left.iter().any(|left| left.wrong.number == number);
            if !unhealed {
                host.healed(number)?;
            }
        }
    }
    say_result(&repaired, json, tell)?;
    if repaired.left.is_empty() {
        return Ok(ExitCode::SUCCESS);
    }
    let said = format!(
        "{} object(s) or cloud(s) stay missing or wrong",
        repaired.left.len()
    );
    Err(Failure::failed(said)
        .next("what was put back stays; see the reasons above, then repair again: it does only what is left"))
}

/// The vault with a new cloud in the place of a lost one. `vault.toml` is changed before anything is put there, so that a
/// repair that is killed goes on there.
async fn replaced(known: &Known, path: &Path, url: &Url, lost: &str) -> Result<Keeper, Failure> {
    let at = known
        .settings
        .clouds
        .iter()
        .position(|cloud| cloud.settings.name == lost);
    let Some(at) = at else {
        let names: Vec<_> = known
            .settings
            .clouds
            .iter()
            .map(|cloud| cloud.settings.name.as_str())
            .collect();
        return Err(
            Failure::usage(format!("vault.toml knows no cloud `{lost}`"))
                .next(format!("name one of {}", names.join(", "))),
        );
    };
    let mut settings = known.settings.clone();
    settings.clouds[at].settings = CloudSettings::new(lost, url.clone());
    let number = u8::try_from(at + 1).unwrap_or(u8::MAX);
    prepare(&settings.clouds[at].settings, number)?;
    // It is opened before vault.toml is changed: a place that does not answer replaces nothing.
    let keeper = known.keeper_at(&settings).await?;
    if keeper.found().clouds.cloud(number).is_none() {
        return Err(Failure::failed(format!("{url} does not answer"))
            .next("vault.toml is as it was; check URL and credentials"));
    }
    rewrite(path, at, url)?;
    Ok(keeper)
}

/// Puts the new URL into the file, which people may have edited: paths in it stay relative.
fn rewrite(path: &Path, at: usize, url: &Url) -> Result<(), Failure> {
    let text = std::fs::read_to_string(path)?;
    let mut settings: Settings = toml::from_str(&text)?;
    settings.clouds[at].settings =
        CloudSettings::new(settings.clouds[at].settings.name.clone(), url.clone());
    let text = settings.to_text().map_err(Failure::failed)?;
    let new = path.with_extension("toml.new");
    std::fs::write(&new, text)?;
    Ok(std::fs::rename(&new, path)?)
}

fn tell(repaired: &Repaired) {
    for left in repaired.left.iter().take(SHOWN) {
        let wrong = &left.wrong;
        say(format_args!(
            "cloud {} ({}): {} {} stays {}: {}",
            wrong.number, wrong.cloud, wrong.what, wrong.object, wrong.kind, left.why
        ));
    }
    say(format_args!(
        "{} object(s) were missing or wrong; {} put back ({})",
        repaired.found,
        repaired.put_back,
        Size(repaired.bytes)
    ));
    repaired.warnings.iter().for_each(|words| warn(words));
}
