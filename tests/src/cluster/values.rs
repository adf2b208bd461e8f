//! What is said to the chart: where things are on this machine, and otherwise its own values.

use std::path::Path;

use deployment::tools::Values;
use serde_json::{Value, json};

use super::Options;
use super::callers::{OFFICER, Officer};
use super::clouds::Clouds;
use crate::Failure;

/// More than a machine can ask: everybody shares one address here, and the load is meant to get through.
const UNLIMITED: u32 = 100_000;

/// Beside the values in `file`, what is said in all releases.
fn values(file: &Path, clouds: &Clouds, more: Value) -> Result<Values, Failure> {
    let mut all = json!({
        "vault": { "clouds": clouds.values(), "credentialsSecret": "lifeboat-clouds" },
    });
    if let (Some(all), Value::Object(more)) = (all.as_object_mut(), more) {
        all.extend(more);
    }
    std::fs::write(file, all.to_string())?;
    Ok(Values::default().and_file(file))
}

/// Of quiet times: backups.
pub(super) fn quiet(file: &Path, clouds: &Clouds, packages: &[String]) -> Result<Values, Failure> {
    let backup = json!({ "enabled": true, "exportClaim": "agency-export", "folders": packages });
    values(file, clouds, json!({ "backup": backup }))
}

/// Of the emergency: everything that there are packages of is restored and served.
pub(super) fn emergency(
    file: &Path,
    clouds: &Clouds,
    packages: &[String],
    options: &Options,
    public_url: &str,
    officer: &Officer,
) -> Result<Values, Failure> {
    let rate = json!({ "perSecond": UNLIMITED, "burst": UNLIMITED });
    let rates = |who: &[&str]| -> Value {
        who.iter()
            .map(|who| ((*who).to_owned(), rate.clone()))
            .collect::<serde_json::Map<_, _>>()
            .into()
    };
    let capabilities: serde_json::Map<_, _> = served()?
        .into_iter()
        .map(|name| {
            let enabled = packages.contains(&name);
            (name, json!({ "enabled": enabled }))
        })
        .collect();
    let client = json!({
        "clientId": OFFICER,
        "kind": "officer",
        "agency": "demo-agency",
        "publicKey": officer.public_pem,
        "functions": packages,
    });
    let more = json!({
        "publicUrl": public_url,
        "edge": { "type": "load-balancer" },
        "tls": { "enabled": true, "revocations": { "configMap": "inside-revocations", "key": "ca.crl" } },
        "restore": { "enabled": true },
        "database": { "replicaSecret": { "name": "lifeboat-database-replica", "key": "url" } },
        "defaults": { "database": { "connections": 4 } },
        "drain": { "delaySeconds": options.drain_seconds },
        "services": {
            "gateway": { "rates": rates(&["person", "client", "address", "all"]) },
            "identity": { "rates": rates(&["address", "client", "all"]), "clients": [client] },
        },
        "capabilities": capabilities,
    });
    values(file, clouds, more)
}

/// The capabilities that the chart knows.
fn served() -> Result<Vec<String>, Failure> {
    let file = deployment::tools::chart().join("values.yaml");
    let values: Value = serde_norway::from_str(&std::fs::read_to_string(file)?)?;
    let all = values["capabilities"].as_object();
    Ok(all
        .into_iter()
        .flatten()
        .map(|(name, _)| name.clone())
        .collect())
}
