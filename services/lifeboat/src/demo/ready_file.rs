//! What the demo writes once everything answers, for scripts and for `lifeboat call`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use runtime::clock::SharedClock;
use serde::{Deserialize, Serialize};

use crate::client::{Client, Credentials, RegistryFacts};
use crate::outcome::Failure;

/// The ready file.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct ReadyFile {
    /// Where the gateway answers, without a slash at the end, so that paths can be appended.
    pub(crate) gateway: String,
    /// A citizen who can sign in.
    pub(crate) citizen: RegistryFacts,
    /// An officer's program that can sign in.
    pub(crate) officer: Officer,
    /// Seconds that each step took.
    pub(crate) timings: BTreeMap<String, f64>,
    /// The capabilities that have data and answer.
    pub(crate) capabilities: Vec<String>,
}

/// An officer's program.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Officer {
    /// Its registered name.
    pub(crate) client_id: String,
    /// Its private key: PEM, PKCS#8, P-256.
    pub(crate) key_file: PathBuf,
}

impl ReadyFile {
    pub(crate) fn read(path: &Path) -> std::io::Result<Self> {
        Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
    }

    /// Written beside and moved into place, so that whoever waits for the file never reads half of it.
    pub(crate) fn write(&self, path: &Path) -> Result<(), Failure> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".part");
        let beside = PathBuf::from(beside);
        std::fs::write(&beside, serde_json::to_vec_pretty(self)?)?;
        std::fs::rename(&beside, path)?;
        Ok(())
    }

    /// A client that has signed in: as the officer, or else as the citizen.
    pub(super) async fn signed_in(
        &self,
        officer: bool,
        clock: &SharedClock,
    ) -> Result<Client, Failure> {
        let mut client = Client::new(self.gateway.parse()?, clock.clone())?;
        client.sign_in(&self.credentials(officer)?).await?;
        Ok(client)
    }

    pub(crate) fn credentials(&self, officer: bool) -> Result<Credentials, Failure> {
        if officer {
            let key_pem = std::fs::read_to_string(&self.officer.key_file)?;
            Ok(Credentials::Program {
                client_id: self.officer.client_id.clone(),
                key_pem,
            })
        } else {
            Ok(Credentials::Citizen(self.citizen.clone()))
        }
    }
}
