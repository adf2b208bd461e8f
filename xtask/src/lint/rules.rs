//! The rules of `deny.toml` that our own code holds.

use semver::{Version, VersionReq};
use serde::Deserialize;

use super::spdx;
use crate::Failure;

/// `deny.toml`, as far as it is held here; cargo-deny reads the same file.
#[derive(Debug, Deserialize)]
pub(super) struct Rules {
    licenses: Licenses,
    bans: Bans,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
struct Bans {
    deny: Vec<Ban>,
}

#[derive(Debug, Deserialize)]
struct Ban {
    #[serde(rename = "crate")]
    spec: String,
    reason: String,
}

impl Rules {
    pub(super) fn parse(text: &str) -> Result<Self, Failure> {
        let rules: Self = toml::from_str(text)?;
        for ban in &rules.bans.deny {
            ban.versions()?;
        }
        Ok(rules)
    }

    /// What speaks against a package of somebody else.
    pub(super) fn faults(
        &self,
        name: &str,
        version: &Version,
        license: &str,
        source: &str,
    ) -> Vec<String> {
        let mut faults = Vec::new();
        for ban in &self.bans.deny {
            if ban.name() == name
                && ban
                    .versions()
                    .is_ok_and(|versions| versions.matches(version))
            {
                faults.push(format!("{name} {version} is banned: {}", ban.reason));
            }
        }
        let allowed = |license: &str| self.licenses.allow.iter().any(|allowed| allowed == license);
        match spdx::is_met(license, &allowed) {
            Ok(true) => {}
            Ok(false) => faults.push(format!(
                "{name} {version} has a licence that is not allowed: {license}"
            )),
            Err(why) => faults.push(format!("{name} {version}: {why}")),
        }
        if source != "registry+https://github.com/rust-lang/crates.io-index" {
            faults.push(format!(
                "{name} {version} does not come from crates.io but {source}"
            ));
        }
        faults
    }
}

impl Ban {
    fn name(&self) -> &str {
        self.spec.split('@').next().unwrap_or_default()
    }

    fn versions(&self) -> Result<VersionReq, Failure> {
        let versions = self
            .spec
            .split_once('@')
            .map_or("*", |(_, versions)| versions);
        VersionReq::parse(versions)
            .map_err(|error| format!("deny.toml: {}: {error}", self.spec).into())
    }
}

#[cfg(test)]
mod tests {
    use semver::Version;

    use super::Rules;

    const CRATES_IO: &str = "registry+https://github.com/rust-lang/crates.io-index";
    const RULES: &str = r#"
        [licenses]
        allow = ["MIT"]
        [bans]
        deny = [{ crate = "h2@<0.4", reason = "advisory" }, { crate = "sharks", reason = "advisory" }]
    "#;

    fn faults(name: &str, version: &str, license: &str, source: &str) -> Vec<String> {
        let rules = Rules::parse(RULES).unwrap();
        rules.faults(name, &Version::parse(version).unwrap(), license, source)
    }

    #[test]
    fn a_ban_may_be_for_some_versions_only() {
        assert_eq!(
            faults("h2", "0.3.27", "MIT", CRATES_IO),
            ["h2 0.3.27 is banned: advisory"]
        );
        assert!(faults("h2", "0.4.1", "MIT", CRATES_IO).is_empty());
        assert!(faults("sharks", "9.0.0", "MIT", CRATES_IO)[0].contains("banned"));
    }

    #[test]
    fn licence_and_source_are_held() {
        assert!(faults("x", "1.0.0", "GPL-3.0", CRATES_IO)[0].contains("licence"));
        assert!(faults("x", "1.0.0", "MIT", "git+https://example.org/x")[0].contains("crates.io"));
    }

    #[test]
    fn the_project_s_own_file_is_understood() {
        let text = include_str!("../../../deny.toml");
        let rules = Rules::parse(text).unwrap();
        for banned in ["actix-governor", "sharks", "reed-solomon-erasure"] {
            let faults = rules.faults(banned, &Version::new(1, 0, 0), "MIT", CRATES_IO);
            assert_eq!(faults.len(), 1, "{banned}");
        }
        assert_eq!(
            rules
                .faults("h2", &Version::new(0, 3, 27), "MIT", CRATES_IO)
                .len(),
            1
        );
    }
}
