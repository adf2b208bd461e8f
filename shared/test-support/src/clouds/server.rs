//! The emulators' processes, each in its own temporary folder on free ports of loopback; stopped when dropped.

use std::path::Path;
use std::process::{Command, Stdio};

use rustix::process::Signal;
use tempfile::TempDir;
use uuid::Uuid;

use super::{BUCKET, LOCKED_BUCKET, READER, WRITER};
use crate::child::Guarded;
use crate::ports;
use crate::server::{folder, log, start, write};

/// Makes the first buckets of S3 and Azure.
const MAKE_BUCKETS: &str = include_str!("make_buckets.py");

/// A running emulator.
#[derive(Debug)]
struct Emulator {
    // Declared first: it is dropped, and the process gone, before its folder is.
    _process: Guarded,
    _folder: TempDir,
    url: String,
}

/// `SeaweedFS`.
#[derive(Debug)]
pub struct S3(Emulator);

/// Azurite.
#[derive(Debug)]
pub struct Azure(Emulator);

/// `gcp-storage-emulator`.
#[derive(Debug)]
pub struct Google(Emulator);

impl S3 {
    /// Starts the `weed` in the folder `programs` (the `bin` of a Python environment).
    ///
    /// # Panics
    /// When it is not installed or does not start.
    #[must_use]
    pub fn start(programs: &Path) -> Self {
        let folder = folder("s3");
        let secret = Uuid::new_v4().simple().to_string();
        let identities = folder.path().join("identities.json");
        write(&identities, &identities_of(&secret));
        let mut command = Command::new(programs.join("weed"));
        command.arg("server").arg("-s3").args([
            "-ip=127.0.0.1",
            "-ip.bind=127.0.0.1",
            "-master.volumeSizeLimitMB=64",
            "-volume.max=200",
            // A machine whose disk is nearly full is no reason to refuse a test.
            "-volume.minFreeSpace=1MiB",
            "-s3.port.iceberg=0",
            "-s3.port.lance=0",
        ]);
        command.arg(format!("-dir={}", folder.path().display()));
        command.arg(format!("-s3.config={}", identities.display()));
        for part in ["master", "volume", "filer"] {
            command.arg(format!("-{part}.port={}", ports::free()));
            command.arg(format!("-{part}.port.grpc={}", ports::free()));
        }
        let port = ports::free();
        command.arg(format!("-s3.port={port}"));
        command.arg(format!("-s3.port.grpc={}", ports::free()));
        // SIGTERM lets it finish in its own time, which is long; nothing of it is kept.
        let process = start(&mut command, folder.path(), Signal::KILL);
        let address = format!("127.0.0.1:{port}");
        let buckets = [BUCKET, LOCKED_BUCKET];
        make_buckets(
            programs,
            &["s3", &address, WRITER, &secret],
            &buckets,
            &folder,
        );
        let url = format!("http://{WRITER}:{secret}@{address}/{BUCKET}");
        Self(Emulator::new(process, folder, url))
    }

    /// For [`super::S3_VARIABLE`].
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }
}

impl Azure {
    /// Starts the `azurite-blob` in the folder `programs`; `python` is the `bin` of a Python environment.
    ///
    /// # Panics
    /// When it is not installed or does not start.
    #[must_use]
    pub fn start(programs: &Path, python: &Path) -> Self {
        let folder = folder("azure");
        // Any text of hexadecimal digits is base64 too, and needs no escaping in a URL.
        let key = [Uuid::new_v4(), Uuid::new_v4()].map(|half| half.simple().to_string());
        let (account, key) = ("account", key.concat());
        let port = ports::free();
        let mut command = Command::new(programs.join("azurite-blob"));
        command
            .args(["--skipApiVersionCheck", "--disableTelemetry", "--silent"])
            .args(["--inMemoryPersistence", "--disableProductStyleUrl"])
            .args(["--blobHost", "127.0.0.1", "--blobPort", &port.to_string()])
            .env("AZURITE_ACCOUNTS", format!("{account}:{key}"));
        let process = start(&mut command, folder.path(), Signal::KILL);
        let address = format!("127.0.0.1:{port}");
        make_buckets(
            python,
            &["azure", &address, account, &key],
            &[BUCKET],
            &folder,
        );
        let url = format!("http://{account}:{key}@{address}/{BUCKET}");
        Self(Emulator::new(process, folder, url))
    }

    /// For [`super::AZURE_VARIABLE`].
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }
}

impl Google {
    /// Starts the `gcp-storage-emulator` in the folder `programs` (the `bin` of a Python environment).
    ///
    /// # Panics
    /// When it is not installed or does not start.
    #[must_use]
    pub fn start(programs: &Path) -> Self {
        let folder = folder("google");
        let port = ports::free();
        let mut command = Command::new(programs.join("gcp-storage-emulator"));
        command
            .args(["start", "--host", "127.0.0.1", "--port", &port.to_string()])
            .args(["--default-bucket", BUCKET, "--in-memory", "--quiet"]);
        let process = start(&mut command, folder.path(), Signal::KILL);
        if let Err(failure) = ports::wait_open(port) {
            panic!("Google's emulator: {failure}\n{}", log(folder.path()));
        }
        let url = format!("http://127.0.0.1:{port}/{BUCKET}");
        Self(Emulator::new(process, folder, url))
    }

    /// For [`super::GOOGLE_VARIABLE`].
    #[must_use]
    pub fn url(&self) -> &str {
        &self.0.url
    }
}

impl Emulator {
    fn new(process: Guarded, folder: TempDir, url: String) -> Self {
        Self {
            _process: process,
            _folder: folder,
            url,
        }
    }
}

fn identities_of(secret: &str) -> String {
    let identity = |name: &str, actions: &str| {
        format!(
            r#"{{"name":"{name}","credentials":[{{"accessKey":"{name}","secretKey":"{secret}"}}],"actions":[{actions}]}}"#
        )
    };
    let writer = identity(WRITER, r#""Admin","Read","List","Tagging","Write""#);
    let reader = identity(READER, r#""Read","List""#);
    format!(r#"{{"identities":[{writer},{reader}]}}"#)
}

/// Also waits until the emulator answers.
fn make_buckets(python: &Path, emulator: &[&str], buckets: &[&str], folder: &TempDir) {
    let output = Command::new(python.join("python"))
        .args(["-c", MAKE_BUCKETS])
        .args(emulator)
        .args(buckets)
        .stdin(Stdio::null())
        .output()
        .unwrap_or_else(|error| panic!("cannot run python: {error}"));
    assert!(
        output.status.success(),
        "no buckets in {}: {}\n{}",
        emulator[0],
        String::from_utf8_lossy(&output.stderr),
        log(folder.path())
    );
}
