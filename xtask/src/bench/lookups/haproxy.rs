//! HAProxy that verifies the same access token (signature, algorithm, expiry) in front of a static answer.

use std::fs;
use std::process::Command;

use test_support::ports;

use super::super::stage::PublicKey;
use super::peer::Peer;
use crate::{Failure, parts};

/// Starts it with this key, before the server at `upstream`.
pub(super) fn start(key: &PublicKey, upstream: &str) -> Result<Peer, Failure> {
    let folder = tempfile::tempdir()?;
    let port = ports::free();
    let pem = folder.path().join("key.pem");
    fs::write(&pem, key.pem())?;
    let config = folder.path().join("haproxy.cfg");
    fs::write(
        &config,
        format!(
            "global\n nbthread 2\n maxconn 2000\n\
             defaults\n mode http\n timeout client 60s\n timeout server 60s\n timeout connect 5s\n\
             frontend door\n bind 127.0.0.1:{port}\n\
             \x20http-request set-var(txn.token) http_auth_bearer\n\
             \x20http-request set-var(txn.alg) var(txn.token),jwt_header_query('$.alg')\n\
             \x20http-request set-var(txn.exp) var(txn.token),jwt_payload_query('$.exp','int')\n\
             \x20http-request set-var(txn.now) date()\n\
             \x20http-request deny deny_status 401 unless {{ var(txn.alg) -m str ES256 }}\n\
             \x20http-request deny deny_status 401 unless {{ var(txn.token),jwt_verify(txn.alg,\"{}\") -m int 1 }}\n\
             \x20http-request deny deny_status 401 if {{ var(txn.exp),sub(txn.now) -m int lt 0 }}\n\
             \x20default_backend answer\n\
             backend answer\n http-reuse always\n server static {upstream}\n",
            pem.display()
        ),
    )?;
    let program = parts::find("haproxy").ok_or("HAProxy is not installed")?;
    let mut command = Command::new(program);
    Peer::start(command.arg("-db").arg("-f").arg(&config), folder, port)
}
