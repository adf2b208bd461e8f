//! Three clouds of three providers, emulated, each reached over a line that can be cut.

use serde_json::{Value, json};
use test_support::clouds::{self, BUCKET, Emulated};
use test_support::proxy::{Line, Proxy};
use uuid::Uuid;

use crate::Failure;

/// One of them.
#[derive(Debug)]
struct Cloud {
    name: &'static str,
    scheme: &'static str,
    emulated: Emulated,
    line: Proxy,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Clouds {
    all: Vec<Cloud>,
    /// The folder on each of them that nobody else uses.
    folder: String,
}

impl Clouds {
    /// Those that `cargo xtask` started.
    pub(super) async fn find() -> Result<Self, Failure> {
        let mut all = Vec::new();
        for (name, scheme, emulated) in [
            ("amber", "s3", clouds::s3()),
            ("birch", "az", clouds::azure()),
            ("cedar", "gs", clouds::google()),
        ] {
            let address = emulated.endpoint.trim_start_matches("http://");
            let address = address.split('/').next().unwrap_or(address).to_owned();
            all.push(Cloud {
                name,
                scheme,
                emulated,
                line: Proxy::start(address).await,
            });
        }
        Ok(Self {
            all,
            folder: format!("cluster/{}", Uuid::new_v4().simple()),
        })
    }

    /// Their names.
    pub(super) fn names(&self) -> String {
        let names: Vec<&str> = self.all.iter().map(|cloud| cloud.name).collect();
        names.join(", ")
    }

    /// One is gone, for good. Returns which.
    pub(super) fn lose_one(&self) -> &'static str {
        let lost = &self.all[1];
        lost.line.set(Line::Refuse);
        lost.name
    }

    /// `vault.clouds`, as the chart takes it.
    pub(super) fn values(&self) -> Value {
        let of = |cloud: &Cloud| {
            json!({
                "name": cloud.name,
                "url": format!("{}://{BUCKET}/{}", cloud.scheme, self.folder),
                "credentials": cloud.name,
                "endpoint": cloud.line.in_front_of(&cloud.emulated.endpoint),
            })
        };
        self.all.iter().map(of).collect()
    }

    /// The files with their credentials, by name.
    pub(super) fn credentials(&self) -> Vec<(&'static str, String)> {
        let of = |cloud: &Cloud| {
            let Emulated { user, secret, .. } = &cloud.emulated;
            let text = match cloud.scheme {
                "s3" => format!("access_key_id = {user:?}\nsecret_access_key = {secret:?}\n"),
                "az" => format!("account = {user:?}\naccess_key = {secret:?}\n"),
                // Google's emulator takes any.
                _ => "token = \"anything\"\n".to_owned(),
            };
            (cloud.name, text)
        };
        self.all.iter().map(of).collect()
    }
}
