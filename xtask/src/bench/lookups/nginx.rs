//! nginx with a static answer: what stands behind the doors that are compared.

use std::fs;
use std::process::Command;

use test_support::ports;

use super::peer::Peer;
use crate::{Failure, parts};

/// About as long as a citizen's record. It names nobody to the gateway, which then writes no audit entry: neither does any
/// other door, and what entries cost is measured with the whole lookup.
const ANSWER: &str = r#"{"data":{"national_id":"A100000001","name":"王小明","birth_date":"1980-01-01","sex":"M","household_no":"F0000001","register_status":"現戶"},"snapshot":{"id":"018f0000-0000-7000-8000-000000000000","system":"household","agency":"agency-household","taken_at":"2026-11-20T18:00:00Z","rows_quarantined":0}}"#;

/// Starts it.
pub(super) fn start() -> Result<Peer, Failure> {
    let folder = tempfile::tempdir()?;
    let port = ports::free();
    let config = folder.path().join("nginx.conf");
    let at = folder.path().display();
    fs::write(
        &config,
        format!(
            "daemon off; worker_processes 2; pid {at}/pid; error_log stderr;\n\
             events {{ worker_connections 1024; }}\n\
             http {{ access_log off; keepalive_requests 10000000; keepalive_timeout 600s; default_type application/json;\n\
             client_body_temp_path {at}/body; proxy_temp_path {at}/proxy; fastcgi_temp_path {at}/fastcgi;\n\
             uwsgi_temp_path {at}/uwsgi; scgi_temp_path {at}/scgi;\n\
             server {{ listen 127.0.0.1:{port} backlog=1024; location / {{ return 200 '{ANSWER}'; }} }} }}\n"
        ),
    )?;
    let program = parts::find("nginx").ok_or("nginx is not installed")?;
    let mut command = Command::new(program);
    command.arg("-c").arg(&config).arg("-p").arg(folder.path());
    Peer::start(&mut command, folder, port)
}
