//! A RabbitMQ of one's own, to be stopped, killed and started again with what its folder kept.

use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;
use uuid::Uuid;

use crate::child::Guarded;
use crate::ports;
use crate::server::{self, Program, write};

/// Debian's `rabbitmq-server` on the path is a wrapper that changes to a system user; this is what it runs.
const OF_DEBIAN: &str = "/usr/lib/rabbitmq/bin/rabbitmq-server";

const USER: &str = "lifeboat";

/// Small: the broker of a test holds thousands of messages, not millions. What is confirmed is on disk all the same.
const SETTINGS: &str = "\
vm_memory_high_watermark.absolute = 256MB
disk_free_limit.absolute = 50MB
raft.wal_max_size_bytes = 16777216
log.console = true
log.console.level = warning
log.file = false
";

/// One scheduler that sleeps when there is nothing to do, and nothing that listens beyond loopback.
const RUNTIME: &str = "+S 1:1 +SDcpu 1:1 +sbwt none +sbwtdcpu none +sbwtdio none -kernel inet_dist_use_interface {127,0,0,1}";

/// RabbitMQ as a test runs it, with a registry of Erlang nodes of its own.
#[derive(Debug)]
pub struct Rabbitmq {
    password: String,
    node: String,
    nodes_port: u16,
    peers_port: u16,
    /// Erlang's `epmd`. A broker that finds none starts one that nobody would stop.
    _nodes: Guarded,
}

/// A RabbitMQ of one's own, without plugins.
pub type Server = crate::server::Server<Rabbitmq>;

impl Server {
    /// Starts a broker, which takes several seconds.
    ///
    /// # Panics
    /// When RabbitMQ is not installed or does not start.
    #[must_use]
    pub fn start() -> Self {
        let folder = server::folder("rabbitmq");
        let password = Uuid::new_v4().simple().to_string();
        let user = format!("default_user = {USER}\ndefault_pass = {password}\n");
        write(&folder.path().join("rabbitmq.conf"), &(user + SETTINGS));
        write(&folder.path().join("plugins"), "[].\n");
        let nodes_port = ports::free();
        let mut nodes = Command::new("epmd");
        nodes.args(["-address", "127.0.0.1", "-port", &nodes_port.to_string()]);
        let rabbitmq = Rabbitmq {
            node: format!("test{}@localhost", Uuid::new_v4().simple()),
            password,
            nodes_port,
            peers_port: ports::free(),
            _nodes: server::start(&mut nodes, folder.path(), Signal::TERM),
        };
        if let Err(failure) = ports::wait_open(nodes_port) {
            panic!("epmd: {failure}\n{}", server::log(folder.path()));
        }
        Self::run(rabbitmq, folder)
    }
}

impl Program for Rabbitmq {
    const NAME: &str = "RabbitMQ";
    const FAREWELL: Signal = Signal::TERM;

    fn command(&self, folder: &Path, port: u16) -> Command {
        let mut command = Command::new(program());
        command
            // The machine's own settings of RabbitMQ and Erlang stay out of it.
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .env("LANG", "C.UTF-8")
            .env("HOME", folder)
            .env("ERL_EPMD_PORT", self.nodes_port.to_string())
            .env("RABBITMQ_NODENAME", &self.node)
            .env("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")
            .env("RABBITMQ_NODE_PORT", port.to_string())
            .env("RABBITMQ_DIST_PORT", self.peers_port.to_string())
            .env("RABBITMQ_CONF_ENV_FILE", "/dev/null")
            .env("RABBITMQ_CONFIG_FILE", folder.join("rabbitmq.conf"))
            .env("RABBITMQ_ENABLED_PLUGINS_FILE", folder.join("plugins"))
            .env("RABBITMQ_MNESIA_BASE", folder.join("data"))
            .env("RABBITMQ_LOG_BASE", folder.join("logs"))
            .env("RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", RUNTIME)
            // The script becomes the broker, so that signals reach it and not a shell.
            .env("RABBITMQ_ALLOW_INPUT", "true")
            .arg("-noinput");
        command
    }

    fn url(&self, port: u16) -> String {
        format!("amqp://{USER}:{}@127.0.0.1:{port}", self.password)
    }

    fn answers(&self, port: u16) -> bool {
        super::greets(port)
    }
}

fn program() -> PathBuf {
    let of_debian = PathBuf::from(OF_DEBIAN);
    if of_debian.is_file() {
        of_debian
    } else {
        PathBuf::from("rabbitmq-server")
    }
}
