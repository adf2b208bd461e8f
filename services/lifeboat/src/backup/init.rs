//! `lifeboat backup init`

use std::fmt::Display;
use std::path::PathBuf;
use std::process::ExitCode;
use std::str::FromStr;

use ::vault::backup::{self, InitOptions, Initialised};
use ::vault::cloud::CloudSettings;
use ::vault::keys::MasterPublic;
use clap::Args;
use url::Url;

use super::failure;
use crate::outcome::{Failure, say, say_json};

/// What the vault is made of.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// The file to write; it must not be there yet.
    #[arg(long, value_name = "FILE", default_value = "vault.toml")]
    vault: PathBuf,
    /// Does nothing where the file is there already, for what runs again and again.
    #[arg(long)]
    if_absent: bool,
    /// A cloud, as URL or NAME=URL: file:///…, s3://…, az://… or gs://….
    #[arg(long = "cloud", value_name = "URL", required = true, num_args = 1, value_parser = cloud)]
    clouds: Vec<Named>,
    /// The file with a cloud's credentials, where they are not in the environment; NAME is the cloud's (cloud-1, … unless said).
    #[arg(long, value_name = "NAME=FILE", value_parser = of_cloud::<PathBuf>)]
    credentials: Vec<(String, PathBuf)>,
    /// Where a cloud answers, where that is not the provider's usual place.
    #[arg(long, value_name = "NAME=URL", value_parser = of_cloud::<Url>)]
    endpoint: Vec<(String, Url)>,
    /// The region of a cloud, where its provider wants one.
    #[arg(long, value_name = "NAME=REGION", value_parser = of_cloud::<String>)]
    region: Vec<(String, String)>,
    /// How many of the clouds are enough to restore.
    #[arg(long, value_name = "NUMBER", default_value_t = 2)]
    need: u8,
    /// The ceremony's master.pub.
    #[arg(long, value_name = "FILE")]
    master: PathBuf,
    /// The folder for this host's keys and journal, relative to the vault's file.
    #[arg(long, value_name = "FOLDER")]
    state: Option<PathBuf>,
}

/// A cloud with or without a name.
#[derive(Debug, Clone)]
struct Named {
    name: Option<String>,
    url: Url,
}

fn cloud(text: &str) -> Result<Named, String> {
    let (name, url) = match text.split_once('=') {
        Some((name, url)) if !name.is_empty() && !name.contains([':', '/']) => {
            (Some(name.to_owned()), url)
        }
        _ => (None, text),
    };
    let url = Url::parse(url).map_err(|error| format!("not a URL ({error})"))?;
    match url.scheme() {
        "file" | "s3" | "az" | "gs" => Ok(Named { name, url }),
        other => Err(format!("a cloud is file, s3, az or gs, not {other}")),
    }
}

fn of_cloud<T: FromStr<Err: Display>>(text: &str) -> Result<(String, T), String> {
    let (name, value) = text.split_once('=').ok_or("say of which cloud: NAME=…")?;
    let value = value.parse().map_err(|error: T::Err| error.to_string())?;
    Ok((name.to_owned(), value))
}

/// The clouds in the order of their numbers, each with what is said of it.
fn clouds(options: &Options) -> Result<Vec<CloudSettings>, Failure> {
    let mut clouds: Vec<CloudSettings> = (1..)
        .zip(&options.clouds)
        .map(|(number, cloud)| {
            let name = cloud.name.clone();
            let name = name.unwrap_or_else(|| format!("cloud-{number}"));
            CloudSettings::new(name, cloud.url.clone())
        })
        .collect();
    for (name, file) in &options.credentials {
        let file = std::path::absolute(file)?;
        named(&mut clouds, name)?.credentials = Some(file);
    }
    for (name, url) in &options.endpoint {
        named(&mut clouds, name)?.endpoint = Some(url.clone());
    }
    for (name, region) in &options.region {
        named(&mut clouds, name)?.region = Some(region.clone());
    }
    Ok(clouds)
}

fn named<'a>(
    clouds: &'a mut [CloudSettings],
    name: &str,
) -> Result<&'a mut CloudSettings, Failure> {
    let known: Vec<String> = clouds.iter().map(|cloud| cloud.name.clone()).collect();
    let found = clouds.iter_mut().find(|cloud| cloud.name == name);
    found.ok_or_else(|| {
        Failure::usage(format!(
            "no cloud is called {name}: there are {}",
            known.join(", ")
        ))
    })
}

pub(crate) async fn run(options: Options, json: bool) -> Result<ExitCode, Failure> {
    if options.if_absent && options.vault.exists() {
        let vault = options.vault.display();
        if json {
            say_json(&serde_json::json!({ "new": false }))?;
        } else {
            say(format_args!("{vault} is there already; nothing was done"));
        }
        return Ok(ExitCode::SUCCESS);
    }
    let (need, count) = (usize::from(options.need), options.clouds.len());
    if need < 2 || need >= count || count > 16 {
        return Err(Failure::usage(format!(
            "--need {need} with {count} clouds is not possible: 2 ≤ need < clouds ≤ 16"
        )));
    }
    let path = options.master.display();
    let bytes = std::fs::read(&options.master)
        .map_err(|error| Failure::usage(format!("{path}: {error}")))?;
    let master = MasterPublic::from_bytes(&bytes)
        .map_err(|fault| Failure::usage(format!("{path}: {fault}")))?;
    let made = backup::init(&InitOptions {
        vault: options.vault.clone(),
        clouds: clouds(&options)?,
        need: options.need,
        master,
        state: options.state,
        clock: runtime::clock::system(),
    })
    .await
    .map_err(failure)?;
    tell(&made, &options.vault, json)?;
    Ok(ExitCode::SUCCESS)
}

fn tell(made: &Initialised, vault: &std::path::Path, json: bool) -> Result<(), Failure> {
    if json {
        say_json(made)?;
        return Ok(());
    }
    let Initialised {
        repository,
        fingerprint,
        master,
        need,
        clouds,
        state,
    } = made;
    say(format_args!(
        "Vault {repository} is made: {need} of {} clouds ({}) are enough to restore.",
        clouds.len(),
        clouds.join(", ")
    ));
    say(format_args!("Fingerprint of the vault:      {fingerprint}"));
    say(format_args!("Fingerprint of the master key: {master}"));
    say(format_args!(
        "{} is written; this host's keys are in {}, for its owner only.",
        vault.display(),
        state.display()
    ));
    say(format_args!(
        "Next: compare the master key's fingerprint with the ceremony's, give a copy of {} to the custodians, then `lifeboat backup run`.",
        vault.display()
    ));
    Ok(())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::{Options, cloud, clouds};

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        options: Options,
    }

    #[test]
    fn what_is_said_of_a_cloud_is_said_of_that_cloud_only() {
        let read = |more: &[&str]| {
            let line = [
                "init",
                "--master",
                "m",
                "--cloud",
                "north=s3://n",
                "--cloud",
                "s3://two",
            ];
            clouds(
                &Line::try_parse_from([&line[..], more].concat())
                    .unwrap()
                    .options,
            )
        };
        let all = read(&[
            "--region",
            "north=ap-east-2",
            "--endpoint",
            "cloud-2=https://s3.example",
        ])
        .unwrap();
        assert_eq!(all[0].region.as_deref(), Some("ap-east-2"));
        assert!(all[0].endpoint.is_none() && all[1].region.is_none());
        assert_eq!(
            all[1].endpoint.as_ref().unwrap().as_str(),
            "https://s3.example/"
        );
        let unknown = read(&["--region", "south=x"]).unwrap_err().to_string();
        assert!(
            unknown.contains("south") && unknown.contains("north"),
            "{unknown}"
        );
    }

    #[test]
    fn a_cloud_may_have_a_name() {
        let named = cloud("north=file:///clouds/1").unwrap();
        assert_eq!(named.name.as_deref(), Some("north"));
        let plain = cloud("s3://bucket/folder?x=y").unwrap();
        assert!(plain.name.is_none() && plain.url.scheme() == "s3");
        assert!(cloud("/clouds/1").is_err());
        assert!(cloud("ftp://host/1").is_err());
    }
}
