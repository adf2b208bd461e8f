//! The certificates of everybody: of the gateway towards the world, and of each service inside.

use std::collections::BTreeMap;

use deployment::Site;
use reqwest::{Certificate, Identity};
use test_support::authority::{Authority, Issued, Term};

use crate::Failure;

/// Where services are on this machine, and the gateway for the world.
const HERE: &str = "127.0.0.1";

/// Two authorities, and what they issued.
#[derive(Debug)]
pub(super) struct Certificates {
    inside: Authority,
    world: Authority,
    issued: BTreeMap<String, Issued>,
    taken_back: Vec<Issued>,
}

impl Certificates {
    /// Issues one for each of these services, and one for the world to see, and puts them where the chart expects them.
    pub(super) fn make(site: &mut Site, services: &[String]) -> Self {
        let mut certificates = Self {
            inside: Authority::new("inside the cluster"),
            world: Authority::new("known to the world"),
            issued: BTreeMap::new(),
            taken_back: Vec::new(),
        };
        for name in services {
            let issued = certificates.issue(name);
            certificates.issued.insert(name.clone(), issued);
        }
        certificates.hand_out(site);
        certificates.publish(site);
        certificates
    }

    fn issue(&self, service: &str) -> Issued {
        let host = format!("lifeboat-{service}");
        self.inside.issue(&[service, &host, HERE], Term::Current)
    }

    /// New ones for everybody. The old ones hold until they are taken back.
    pub(super) fn renew(&mut self, site: &mut Site) {
        let names: Vec<String> = self.issued.keys().cloned().collect();
        for name in names {
            let new = self.issue(&name);
            self.taken_back.extend(self.issued.insert(name, new));
        }
        self.hand_out(site);
    }

    /// The list of those taken back, with all that were renewed.
    pub(super) fn publish(&self, site: &mut Site) {
        let taken_back: Vec<&Issued> = self.taken_back.iter().collect();
        let list = self.inside.revocations(&taken_back);
        site.give("inside-revocations", "ca.crl", list);
    }

    fn hand_out(&self, site: &mut Site) {
        let edge = self.world.issue(&[HERE], Term::Current);
        site.give("lifeboat-tls", "tls.crt", edge.certificate);
        site.give("lifeboat-tls", "tls.key", edge.key);
        for (name, issued) in &self.issued {
            let secret = format!("lifeboat-inside-{name}");
            site.give(&secret, "tls.crt", issued.certificate.as_str());
            site.give(&secret, "tls.key", issued.key.as_str());
            site.give(&secret, "ca.crt", self.inside.certificate());
        }
    }

    /// Whom the world believes, in PEM.
    pub(super) fn world(&self) -> String {
        self.world.certificate()
    }

    /// Who calls a capability: as the gateway, which may, and as those who may not.
    pub(super) fn callers(&self) -> Result<Vec<(&'static str, Option<Identity>)>, Failure> {
        let gateway = self.issued.get("gateway").ok_or("there is no gateway")?;
        let taken_back = self.taken_back.first().ok_or("nothing was taken back")?;
        let other = Authority::new("inside another cluster");
        let names = ["gateway", "lifeboat-gateway", HERE];
        Ok(vec![
            ("the gateway's own certificate", Some(identity(gateway)?)),
            ("no certificate", None),
            (
                "another authority's",
                Some(identity(&other.issue(&names, Term::Current))?),
            ),
            (
                "an expired one",
                Some(identity(&self.inside.issue(&names, Term::Expired))?),
            ),
            ("one that was taken back", Some(identity(taken_back)?)),
            (
                "one of another name",
                Some(identity(
                    &self.inside.issue(&["stranger", HERE], Term::Current),
                )?),
            ),
        ])
    }

    /// Whom callers inside believe.
    pub(super) fn inside(&self) -> Result<Certificate, Failure> {
        Ok(Certificate::from_pem(self.inside.certificate().as_bytes())?)
    }
}

fn identity(issued: &Issued) -> Result<Identity, Failure> {
    let both = format!("{}\n{}", issued.certificate, issued.key);
    Ok(Identity::from_pem(both.as_bytes())?)
}
