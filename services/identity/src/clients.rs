//! The programs that may sign in, and how they prove who they are (RFC 7523, `private_key_jwt`).

use std::collections::HashMap;

use access::assertion::{Assertion, Presented};
use access::caller::CallerKind;
use access::keys::{KeyFault, PublicKey};
use access::replay::Replay;
use chrono::{DateTime, Utc};

use crate::oauth::Refusal;
use crate::settings;

/// Longer than any program's name, in bytes.
const MAX_ID: usize = 128;

/// Why a program of the configuration is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ClientFault {
    /// The key's file cannot be read.
    #[error("client {client}: cannot read {path}")]
    File {
        /// The program.
        client: String,
        /// The file.
        path: std::path::PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The key is not one that can be used.
    #[error("client {client}: {fault}")]
    Key {
        /// The program.
        client: String,
        /// Why.
        fault: KeyFault,
    },
    /// Neither or both of `public_key_file` and `jwk`.
    #[error("client {0}: give either public_key_file or jwk")]
    OneKey(String),
    /// Two programs of one name, or a name that is none.
    #[error("client {0}: the name is empty, too long, or used twice")]
    Name(String),
    /// A kind that programs do not have.
    #[error("client {0}: kind is one of officer, clinician, agency-system, auditor")]
    Kind(String),
}

/// A program that may sign in.
#[derive(Clone, Debug)]
pub(crate) struct Client {
    pub(crate) settings: settings::Client,
    key: PublicKey,
}

/// All of them.
#[derive(Debug)]
pub(crate) struct Clients(HashMap<String, Client>);

impl Clients {
    /// Reads the configured programs and their keys.
    pub(crate) fn read(all: &[settings::Client]) -> Result<Self, ClientFault> {
        let mut clients = HashMap::with_capacity(all.len());
        for settings in all {
            let name = settings.client_id.clone();
            if name.is_empty() || name.len() > MAX_ID || clients.contains_key(&name) {
                return Err(ClientFault::Name(name));
            }
            let program = matches!(
                settings.kind,
                CallerKind::Officer
                    | CallerKind::Clinician
                    | CallerKind::AgencySystem
                    | CallerKind::Auditor
            );
            if !program {
                return Err(ClientFault::Kind(name));
            }
            let client = Client {
                key: key(settings)?,
                settings: settings.clone(),
            };
            clients.insert(name, client);
        }
        Ok(Self(clients))
    }

    /// Whether this is one of them; citizens' apps are not.
    pub(crate) fn knows(&self, client_id: &str) -> bool {
        self.0.contains_key(client_id)
    }

    /// The program that made `assertion`, for one of `audiences`, for the first time. Every reason against it is
    /// answered alike.
    pub(crate) async fn proven(
        &self,
        assertion: &str,
        audiences: &[&str],
        now: DateTime<Utc>,
        replay: &Replay,
    ) -> Result<&Client, Refusal> {
        let refused = |_| Refusal::InvalidClient;
        let presented = Presented::parse(assertion).map_err(refused)?;
        let client = self
            .0
            .get(presented.client_id())
            .ok_or(Refusal::InvalidClient)?;
        let held = presented
            .verify(&client.key, audiences, now)
            .map_err(refused)?;
        let first = replay
            .first_use(&held.replay_key(), Assertion::REMEMBERED)
            .await;
        match first {
            Ok(true) => Ok(client),
            Ok(false) => Err(Refusal::InvalidClient),
            Err(_) => Err(Refusal::Unavailable(2)),
        }
    }
}

fn key(settings: &settings::Client) -> Result<PublicKey, ClientFault> {
    let client = settings.client_id.clone();
    let fault = |fault| ClientFault::Key {
        client: client.clone(),
        fault,
    };
    match (&settings.public_key_file, &settings.jwk) {
        (Some(path), None) => {
            let pem = std::fs::read_to_string(path).map_err(|source| ClientFault::File {
                client: client.clone(),
                path: path.clone(),
                source,
            })?;
            PublicKey::from_spki_pem(&pem).map_err(fault)
        }
        (None, Some(jwk)) => PublicKey::from_jwk(jwk).map_err(fault),
        _ => Err(ClientFault::OneKey(client)),
    }
}
