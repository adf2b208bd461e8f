//! Citizens and an officer, and what they ask of every capability.

use std::path::{Path, PathBuf};

use access::keys::SigningKey;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use deployment::root;
use reqwest::{Method, Response};
use secrecy::ExposeSecret;
use serde_json::Value;

use crate::Failure;
use crate::client::Client;

/// The officer's program.
pub(super) const OFFICER: &str = "officer-of-the-cluster";

/// What officers may ask for.
const PURPOSES: [&str; 6] = [
    "identity-verification",
    "benefit-claim",
    "property-proof",
    "tax-relief",
    "law-enforcement",
    "disaster-relief",
];

/// The ASN.1 before the point of a P-256 public key (RFC 5480).
const P256_HEAD: [u8; 26] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00,
];

/// The officer's key.
#[derive(Debug)]
pub(super) struct Officer {
    pub(super) key: SigningKey,
    pub(super) key_file: PathBuf,
    pub(super) public_pem: String,
}

impl Officer {
    pub(super) fn make(key_file: PathBuf) -> Result<Self, Failure> {
        let key = SigningKey::generate_es256()?;
        std::fs::write(&key_file, key.to_pkcs8_pem()?.expose_secret())?;
        let jwk = key.public_jwk();
        let mut der = P256_HEAD.to_vec();
        // Uncompressed: both coordinates follow.
        der.push(4);
        for coordinate in ["x", "y"] {
            der.extend(URL_SAFE_NO_PAD.decode(jwk[coordinate].as_str().unwrap_or_default())?);
        }
        let encoded = STANDARD.encode(der);
        let (first, second) = encoded.split_at(64);
        let label = "PUBLIC KEY-----";
        Ok(Self {
            public_pem: format!("-----BEGIN {label}\n{first}\n{second}\n-----END {label}\n"),
            key,
            key_file,
        })
    }
}

/// A question, and what it was answered before anything happened.
#[derive(Clone, Debug)]
pub(super) struct Question {
    pub(super) capability: String,
    path: String,
    purpose: Option<&'static str>,
    answer: Value,
}

/// Somebody who has signed in, and knows what to ask.
#[derive(Debug)]
pub(super) struct Caller {
    pub(super) client: Client,
    pub(super) questions: Vec<Question>,
}

/// What came of a question.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// As before.
    Right,
    /// Nobody could answer just then, and said when to come back.
    Later,
    /// Anything else.
    Wrong(String),
    /// The connection broke.
    Broken(String),
}

impl Caller {
    /// Asks once.
    pub(super) async fn ask(&mut self, number: usize) -> Said {
        let question = &self.questions[number];
        let answer = match send(&mut self.client, &question.path, question.purpose).await {
            Ok(answer) => answer,
            Err(error) => return Said::Broken(chain(error.as_ref())),
        };
        let status = answer.status().as_u16();
        let comes_back = answer.headers().contains_key("retry-after");
        match answer.text().await {
            Ok(text) if status == 200 => match serde_json::from_str::<Value>(&text) {
                Ok(body) if body["data"] == question.answer => Said::Right,
                _ => Said::Wrong(format!("{}: another answer: {text}", question.path)),
            },
            Ok(_) if comes_back && matches!(status, 429 | 503) => Said::Later,
            Ok(text) => Said::Wrong(format!("{}: {status}: {text}", question.path)),
            Err(error) => Said::Broken(chain(&error)),
        }
    }
}

/// What a citizen is answered about themselves, by every capability.
pub(super) async fn of_citizen(
    client: &mut Client,
    capabilities: &[String],
) -> Result<Vec<Question>, Failure> {
    let mut questions = Vec::new();
    for capability in capabilities {
        for path in paths(capability, |path| path.starts_with("/v1/me"))? {
            let path = format!("/{capability}{path}");
            questions.extend(learned(client, capability, path, None).await?);
        }
    }
    Ok(questions)
}

/// What the officer is answered about a person, by every capability.
pub(super) async fn of_officer(
    client: &mut Client,
    capabilities: &[String],
    person: &str,
) -> Result<Vec<Question>, Failure> {
    let about_a_person = |path: &str| path.matches('{').count() == 1 && path.contains("_id}");
    let mut questions = Vec::new();
    for capability in capabilities {
        for path in paths(capability, about_a_person)? {
            let (head, tail) = path.split_once('{').unwrap_or((&path, ""));
            let tail = tail.split_once('}').map_or("", |(_, tail)| tail);
            let path = format!("/{capability}{head}{person}{tail}");
            for purpose in PURPOSES {
                let asked = learned(client, capability, path.clone(), Some(purpose));
                if let Some(question) = asked.await? {
                    questions.push(question);
                    break;
                }
            }
        }
    }
    Ok(questions)
}

/// The question, where it has an answer: not everybody owns land, and not every purpose is one for everything.
async fn learned(
    client: &mut Client,
    capability: &str,
    path: String,
    purpose: Option<&'static str>,
) -> Result<Option<Question>, Failure> {
    let answer = send(client, &path, purpose).await?;
    if answer.status() != 200 {
        return Ok(None);
    }
    let body: Value = answer.json().await?;
    Ok(Some(Question {
        capability: capability.to_owned(),
        path,
        purpose,
        answer: body["data"].clone(),
    }))
}

async fn send(
    client: &mut Client,
    path: &str,
    purpose: Option<&'static str>,
) -> Result<Response, Failure> {
    let reason = |request: reqwest::RequestBuilder| match purpose {
        Some(purpose) => request
            .header("Lookup-Purpose", purpose)
            .header("Case-Number", "CLUSTER-1"),
        None => request,
    };
    client.send(Method::GET, path, reason).await
}

/// The paths that a capability describes and can be asked for.
fn paths(capability: &str, wanted: impl Fn(&str) -> bool) -> Result<Vec<String>, Failure> {
    let file: &Path = &root().join("openapi").join(format!("{capability}.json"));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(file)?)?;
    let paths = document["paths"].as_object();
    let found = paths
        .into_iter()
        .flatten()
        .filter(|(path, item)| wanted(path) && item["get"].is_object())
        .map(|(path, _)| path.clone());
    Ok(found.collect())
}

/// An error with its causes.
fn chain(error: &dyn std::error::Error) -> String {
    let mut words = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        words = format!("{words}: {inner}");
        cause = inner.source();
    }
    words
}
