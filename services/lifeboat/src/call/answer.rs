//! What was answered, and whether it is what was wanted.

use std::process::ExitCode;

use reqwest::header::HeaderMap;
use reqwest::{Response, StatusCode};
use serde_json::Value;

use crate::client::is_passing;
use crate::outcome::{Failure, say};

/// An answer, read to its end.
pub(super) struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    pub(super) async fn read(answer: Response) -> Result<Self, Failure> {
        Ok(Self {
            status: answer.status(),
            headers: answer.headers().clone(),
            text: answer.text().await?,
        })
    }

    /// Why another answer may be given in a moment, which would be better than this.
    pub(super) fn lacks(&self, ready: &[String]) -> Option<String> {
        if is_passing(self.status) {
            return Some(format!("the answer was {}", self.status));
        }
        if ready.is_empty() {
            return None;
        }
        let said: Value = serde_json::from_str(&self.text).unwrap_or_default();
        let not_ready: Vec<String> = ready
            .iter()
            .filter_map(|name| {
                let state = state(&said, name);
                (state != "ready").then(|| format!("{name} ({state})"))
            })
            .collect();
        (!not_ready.is_empty()).then(|| format!("not ready: {}", not_ready.join(", ")))
    }

    pub(super) fn print(self, include: bool) -> Result<ExitCode, Failure> {
        if include {
            say(format_args!("HTTP/1.1 {}", self.status));
            for (name, value) in &self.headers {
                say(format_args!(
                    "{name}: {}",
                    String::from_utf8_lossy(value.as_bytes())
                ));
            }
            say(format_args!(""));
        }
        match serde_json::from_str::<Value>(&self.text) {
            Ok(json) => say(format_args!("{}", serde_json::to_string_pretty(&json)?)),
            Err(_) => say(format_args!("{}", self.text)),
        }
        Ok(if self.status.is_success() {
            ExitCode::SUCCESS
        } else {
            ExitCode::FAILURE
        })
    }
}

/// The state of a service, as the gateway's `/readyz` says it.
fn state<'a>(said: &'a Value, name: &str) -> &'a str {
    let all = said["capabilities"].as_array().into_iter().flatten();
    all.filter(|one| one["service"] == name)
        .find_map(|one| one["state"].as_str())
        .unwrap_or("not mentioned")
}
