//! Backup and restore beside Tahoe-LAFS, the only other that splits what it keeps: both over three places, any two of which are enough.
//!
//! Tahoe-LAFS is given its best case: everything as one file, put and fetched over its web interface, with no list of files, no
//! compression, and no custodians to ask.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::{Duration, Instant};

use serde_json::Value;
use test_support::child::{Guarded, Signal};
use test_support::ports;

use super::super::Setting;
use super::super::measured::Measured;
use super::super::report::{Aim, Ratio, Report};
use super::super::rounds::{Contestant, Run, in_turn};
use super::tree::Tree;
use super::{COLUMNS, ours};
use crate::parts::Part;
use crate::{Failure, python, root};

/// From the Python package index.
pub(in super::super) const PACKAGES: [&str; 1] = ["tahoe-lafs==1.20.0"];

/// What it needs of others.
pub(in super::super) const PARTS: [Part; 2] = [python::VENV, Part::new("curl", "curl")];

/// How long the grid may take until all of it is connected.
const PATIENCE: Duration = Duration::from_mins(1);

/// Its Python environment.
pub(in super::super) fn folder() -> PathBuf {
    root().join("target/bench-tahoe")
}

pub(in super::super) fn measure(setting: &Setting) -> Result<Report, Failure> {
    let work = tempfile::tempdir()?;
    let source = Tree::read(&setting.snapshots)?;
    let vault = ours::Vault::make(setting, work.path())?;
    let grid = Rc::new(Grid::start(&work.path().join("grid"))?);
    let title = format!(
        "Backup and restore of {:.0} MiB over three places, any two of which are enough",
        source.mib()
    );
    let mut contestants: Vec<Box<dyn Contestant>> = vec![
        Box::new(ours::First(vault.clone(), source.clone())),
        Box::new(Put(Rc::clone(&grid), source.clone())),
        Box::new(ours::Restore(vault, source.clone())),
        Box::new(Get(grid, source)),
    ];
    let series = in_turn(&mut contestants, setting)?;
    let ratio = |of: usize, to: usize| Ratio {
        column: "mib_per_second",
        of: series[of].name.clone(),
        to: series[to].name.clone(),
        aim: Some(Aim::AtLeast(5.0)),
    };
    let ratios = vec![ratio(0, 1), ratio(2, 3)];
    Ok(Report {
        name: "vault-tahoe",
        title,
        columns: COLUMNS.to_vec(),
        series,
        ratios,
    })
}

/// An introducer, three storage servers and a client, each a process; stopped when dropped.
#[derive(Debug)]
struct Grid {
    folder: PathBuf,
    client: String,
    _nodes: Vec<Guarded>,
}

impl Grid {
    fn start(folder: &Path) -> Result<Self, Failure> {
        fs::create_dir(folder)?;
        let introducer = folder.join("introducer");
        make("create-introducer", &introducer, &listening(ports::free()))?;
        let mut nodes = vec![run(&introducer)];
        let told = introducer.join("private/introducer.furl");
        let address = wait("the introducer", || Ok(fs::read_to_string(&told).ok()))?;
        let known = format!("--introducer={}", address.trim());
        for number in 1..=3 {
            let place = storage(folder, number);
            let mut options = listening(ports::free());
            options.extend([known.clone(), "--webport=none".to_owned()]);
            make("create-node", &place, &options)?;
            nodes.push(run(&place));
        }
        let (client, port) = (folder.join("client"), ports::free());
        let options = [
            known,
            format!("--webport=tcp:{port}:interface=127.0.0.1"),
            "--shares-needed=2".to_owned(),
            "--shares-happy=3".to_owned(),
            "--shares-total=3".to_owned(),
        ];
        make("create-client", &client, &options)?;
        nodes.push(run(&client));
        let client = format!("http://127.0.0.1:{port}");
        wait("the storage servers", || connected(&client))?;
        Ok(Self {
            folder: folder.to_owned(),
            client,
            _nodes: nodes,
        })
    }

    /// The one file, which differs from that of the round before: what is there already is not sent again.
    fn file(&self, source: &Tree) -> Result<PathBuf, Failure> {
        let path = self.folder.join("file");
        let mut file = File::create(&path)?;
        file.write_all(&fastrand::u128(..).to_be_bytes())?;
        for one in &source.files {
            io::copy(&mut File::open(source.folder.join(one))?, &mut file)?;
        }
        Ok(path)
    }

    /// Forgets what was put before.
    fn empty(&self) -> Result<(), Failure> {
        for number in 1..=3 {
            let shares = storage(&self.folder, number).join("storage/shares");
            for entry in fs::read_dir(shares)? {
                let path = entry?.path();
                if !path.ends_with("incoming") {
                    fs::remove_dir_all(path)?;
                }
            }
        }
        Ok(())
    }

    fn stored(&self) -> Result<f64, Failure> {
        let mut mib = 0.0;
        for number in 1..=3 {
            mib += Tree::read(&storage(&self.folder, number).join("storage/shares"))?.mib();
        }
        Ok(mib)
    }

    /// Where the name of what was put is kept.
    fn cap(&self) -> PathBuf {
        self.folder.join("cap")
    }
}

fn storage(folder: &Path, number: usize) -> PathBuf {
    folder.join(format!("storage-{number}"))
}

fn tahoe() -> Command {
    let mut command = Command::new(folder().join("bin/tahoe"));
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn listening(port: u16) -> Vec<String> {
    vec![
        format!("--port=tcp:{port}:interface=127.0.0.1"),
        format!("--location=tcp:127.0.0.1:{port}"),
    ]
}

fn make(what: &str, place: &Path, options: &[String]) -> Result<(), Failure> {
    let status = tahoe().arg(what).args(options).arg(place).status()?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("tahoe {what}: {status}").into())
    }
}

fn run(place: &Path) -> Guarded {
    let mut command = tahoe();
    command.args(["run", "--allow-stdin-close"]).arg(place);
    Guarded::start(&mut command, Signal::TERM)
}

/// Whether the client sees all storage servers.
fn connected(client: &str) -> Result<Option<()>, Failure> {
    let output = Command::new("curl")
        .args(["--silent", "--fail", &format!("{client}/?t=json")])
        .output()?;
    let Ok(welcome) = serde_json::from_slice::<Value>(&output.stdout) else {
        return Ok(None);
    };
    let servers = welcome["servers"].as_array().into_iter().flatten();
    let is_there = |server: &&Value| {
        let status = server["connection_status"].as_str();
        status == Some("connected")
    };
    Ok((servers.filter(is_there).count() == 3).then_some(()))
}

fn wait<T>(what: &str, mut look: impl FnMut() -> Result<Option<T>, Failure>) -> Result<T, Failure> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        if let Some(found) = look()? {
            return Ok(found);
        }
        std::thread::sleep(Duration::from_millis(100));
    }
    Err(format!("{what} of Tahoe-LAFS did not come up").into())
}

#[derive(Debug)]
struct Put(Rc<Grid>, Tree);

impl Contestant for Put {
    fn name(&self) -> &'static str {
        "Tahoe-LAFS, put"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let grid = &self.0;
        grid.empty()?;
        let file = grid.file(&self.1)?;
        let mut put = Command::new("curl");
        put.args(["--silent", "--show-error", "--fail", "--upload-file"])
            .arg(&file)
            .arg("--output")
            .arg(grid.cap())
            .arg(format!("{}/uri", grid.client));
        let measured = Measured::run(&mut put, setting)?;
        Ok(measured.of_others(self.1.mib(), Some(grid.stored()?)))
    }
}

#[derive(Debug)]
struct Get(Rc<Grid>, Tree);

impl Contestant for Get {
    fn name(&self) -> &'static str {
        "Tahoe-LAFS, get with one server's shares lost"
    }

    fn run(&mut self, setting: &Setting) -> Result<Run, Failure> {
        let grid = &self.0;
        let (lost, aside) = (
            storage(&grid.folder, 1).join("storage/shares"),
            grid.folder.join("aside"),
        );
        fs::rename(&lost, &aside)?;
        fs::create_dir_all(lost.join("incoming"))?;
        let cap = fs::read_to_string(grid.cap())?;
        let got = grid.folder.join("got");
        let mut get = Command::new("curl");
        get.args(["--silent", "--show-error", "--fail", "--output"])
            .arg(&got)
            .arg(format!("{}/uri/{}", grid.client, cap.trim()));
        let measured = Measured::run(&mut get, setting)?;
        fs::remove_dir_all(&lost)?;
        fs::rename(&aside, &lost)?;
        let same = Command::new("cmp")
            .arg("--silent")
            .arg(grid.folder.join("file"))
            .arg(&got)
            .status()?;
        fs::remove_file(got)?;
        if same.success() {
            Ok(measured.of_others(self.1.mib(), None))
        } else {
            Err("Tahoe-LAFS gave back another file".into())
        }
    }
}
