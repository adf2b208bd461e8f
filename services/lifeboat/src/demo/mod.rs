//! `lifeboat demo`: data packages in, dispersed over three clouds, lost, restored with one cloud gone, and a citizen's and an
//! officer's answers out; on this machine and without a server.

mod backups;
mod filing;
mod folder;
mod keys;
mod package;
mod probes;
mod ready_file;
mod report;
mod site;
mod sources;
mod timings;

use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Instant;

use clap::Args;
use runtime::clock;
use runtime::lifecycle::Termination;
use runtime::{metrics, taipei, telemetry};

use self::backups::{Backups, WayBack};
use self::filing::FirstSite;
use self::folder::Folder;
use self::site::Site;
use self::sources::Sources;
use self::timings::Timings;
use crate::outcome::Failure;
use crate::settings::Settings;
use crate::stack::Stack;

pub(crate) use self::keys::{private, random_base64};
pub(crate) use self::ready_file::ReadyFile;

/// Where the demo works unless told otherwise.
const DEFAULT_FOLDER: &str = "lifeboat-demo";

/// The ready file that a demo without flags writes.
pub(crate) const DEFAULT_READY_FILE: &str = "lifeboat-demo/ready.json";

/// What to show.
#[derive(Debug, Args)]
pub(crate) struct Options {
    /// How many people to invent.
    #[arg(long, default_value_t = 2000, value_parser = clap::value_parser!(u32).range(10..=1_000_000))]
    people: u32,
    /// Which people: the same seed invents the same ones.
    #[arg(long, default_value_t = 7)]
    seed: u64,
    /// Data packages of agencies, one folder each, instead of invented ones; they are copied, never touched.
    #[arg(long, value_name = "DIR")]
    snapshots: Option<PathBuf>,
    /// Where to work; emptied at the start if an earlier demo made it, left as it is at the end.
    #[arg(long, value_name = "DIR", default_value = DEFAULT_FOLDER)]
    dir: PathBuf,
    /// Where the gateway listens; port 0 takes any free one.
    #[arg(long, default_value = "127.0.0.1:8080")]
    listen: SocketAddr,
    /// Written when everything answers: JSON with addresses, credentials and timings.
    #[arg(long, value_name = "FILE")]
    ready_file: Option<PathBuf>,
    /// End after the first answers instead of serving until Ctrl-C.
    #[arg(long)]
    exit: bool,
}

impl Options {
    /// Refuses, before anything is done, what could not be done in the end, and what would take away the packages that were given.
    fn check(&self) -> Result<(), Failure> {
        if let Some(file) = self.ready_file.as_deref().filter(|file| file.is_dir()) {
            let said = format!("--ready-file {}: is a folder", file.display());
            return Err(Failure::usage(said).next("name a file, which need not be there yet"));
        }
        TcpListener::bind(self.listen).map_err(|error| {
            Failure::failed(format!("--listen {}: {error}", self.listen))
                .next("name another address; port 0 takes any free one")
        })?;
        match &self.snapshots {
            Some(given) => folder::keep_apart(&self.dir, given),
            None => Ok(()),
        }
    }
}

/// Backs up, loses, and restores.
async fn by_the_vault(
    folder: &Folder,
    backups: &Backups,
    sources: &Sources,
    timings: &mut Timings,
) -> Result<WayBack, Failure> {
    let start = Instant::now();
    let backup = backups.back_up_and_lose(&folder.join("packages")).await?;
    timings.note("backup", start);
    let start = Instant::now();
    let restored = backups
        .restore(&site::stores(folder)?, sources, timings)
        .await?;
    timings.note("restore", start);
    Ok(WayBack { backup, restored })
}

pub(crate) async fn run(
    options: Options,
    settings: &Settings,
    json: bool,
) -> Result<ExitCode, Failure> {
    let mut termination = Termination::listen()?;
    let traces = telemetry::init(&telemetry::Settings {
        filter: "warn".to_owned(),
        ..settings.telemetry.clone()
    })?;
    runtime::open_files::take_all_allowed();
    metrics::install()?;
    let traces = traces.start();
    // The folder is this demo's for as long as it serves from there.
    let (stack, _folder) = tokio::select! {
        shown = Box::pin(show(&options, json)) => shown?,
        () = termination.told() => return Err(Failure::told_to_stop()),
    };
    if !options.exit {
        termination.told().await;
    }
    stack.stop().await?;
    traces.finish().await;
    Ok(ExitCode::SUCCESS)
}

/// Everything that there is to see; what serves then is left at work, in the folder that comes with it.
async fn show(options: &Options, json: bool) -> Result<(Stack, Folder), Failure> {
    let clock = clock::system();
    options.check()?;
    let folder = Folder::claim(&options.dir)?;
    let mut timings = Timings::default();

    let start = Instant::now();
    let sources = match &options.snapshots {
        Some(given) => sources::copy(given, &folder)?,
        None => sources::invent(options.people as usize, options.seed, &folder, clock.now())?,
    };
    timings.note("packages", start);
    report::sources(&sources, json);
    let start = Instant::now();
    let backups = Backups::prepare(&folder, &clock).await?;
    timings.note("keys", start);
    let way_back = by_the_vault(&folder, &backups, &sources, &mut timings).await?;
    report::way_back(&way_back, json);
    let site = Site::prepare(&folder, options.listen, &sources)?;

    let start = Instant::now();
    let today = taipei::day(clock.now());
    let (citizen, samples) = site.sample_citizen(&sources, today).await?;
    let settings = site.settings()?;
    let first_site = FirstSite::prepare(&folder, &backups).await?;
    let alone = Settings {
        journal_backup: None,
        ..settings.clone()
    };
    let stack = Stack::start(alone, &clock).await?;
    timings.note("start", start);
    let mut ready = site.ready_file(&stack, citizen, &sources)?;
    let asked = Instant::now();
    probes::as_citizen(&ready, &clock).await?;
    timings.note("first answer", asked);
    probes::as_officer(&ready, &clock).await?;
    timings.note("all answers", asked);

    let start = Instant::now();
    let filed = filing::file(&ready, samples, &clock).await?;
    timings.note("applications filed", start);
    let start = Instant::now();
    first_site.back_up(&settings, &clock).await?;
    timings.note("journals backed up", start);
    let start = Instant::now();
    stack.stop().await?;
    let applications = first_site
        .lose_and_restore(&folder, &backups, &settings)
        .await?;
    let stack = Stack::start(settings, &clock).await?;
    filing::check(&ready, &filed, &clock).await?;
    timings.note("journals restored", start);
    report::filed(&filed, applications, json);

    ready.timings = timings.by_key();
    ready.write(&folder.join("ready.json"))?;
    if let Some(file) = &options.ready_file {
        ready.write(file)?;
    }
    report::ready(&ready, &timings, &folder.join("ready.json"), json)?;
    if !options.exit {
        report::serving(&ready, &folder.join("ready.json"), json);
    }
    Ok((stack, folder))
}
