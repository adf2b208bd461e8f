//! Who asks, as far as it was proved.

use std::collections::BTreeSet;
use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use crate::purpose::{CaseNumber, Purpose};

/// The kinds of caller of `domain.md` §3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallerKind {
    /// Nobody in particular.
    Anonymous,
    /// A person, about themselves.
    Citizen,
    /// A civil servant, for a function.
    Officer,
    /// As an officer, with a medical institution.
    Clinician,
    /// Another agency's system.
    AgencySystem,
    /// Reads the audit log, and nothing else.
    Auditor,
    /// Another service of this system.
    Service,
}

impl CallerKind {
    /// The name in tokens, policies and logs: `agency-system`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Anonymous => "anonymous",
            Self::Citizen => "citizen",
            Self::Officer => "officer",
            Self::Clinician => "clinician",
            Self::AgencySystem => "agency-system",
            Self::Auditor => "auditor",
            Self::Service => "service",
        }
    }
}

impl fmt::Display for CallerKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How well the caller proved who they are (NIST SP 800-63B's authenticator assurance levels).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Assurance {
    /// Not at all.
    #[default]
    #[serde(rename = "urn:lifeboat:aal:0")]
    None,
    /// By facts that others may know too.
    #[serde(rename = "urn:lifeboat:aal:1")]
    Basic,
    /// By something that only they hold.
    #[serde(rename = "urn:lifeboat:aal:2")]
    Strong,
}

impl Assurance {
    /// 0, 1 or 2, as policies compare it.
    #[must_use]
    pub const fn level(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Basic => 1,
            Self::Strong => 2,
        }
    }
}

/// Who asks, and why, as the gateway established it and every service receives it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    /// The kind.
    pub kind: CallerKind,
    /// The national ID, client id or service name; empty for nobody.
    pub subject: String,
    /// The program that asks (RFC 9068 `client_id`); empty for nobody.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub client_id: String,
    /// How well they proved it.
    #[serde(default)]
    pub assurance: Assurance,
    /// The agency they work for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<String>,
    /// Their post there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub post: Option<String>,
    /// The capabilities an officer works for.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub functions: BTreeSet<String>,
    /// What else they may see, such as `protected-persons`.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub clearances: BTreeSet<String>,
    /// Why they ask this time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub purpose: Option<Purpose>,
    /// The case they ask for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub case_number: Option<CaseNumber>,
    /// The session that the token belongs to (`sid`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The client's address as the gateway saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<IpAddr>,
}

impl Caller {
    fn bare(kind: CallerKind, subject: &str, assurance: Assurance) -> Self {
        Self {
            kind,
            subject: subject.to_owned(),
            client_id: String::new(),
            assurance,
            agency: None,
            post: None,
            functions: BTreeSet::new(),
            clearances: BTreeSet::new(),
            purpose: None,
            case_number: None,
            session: None,
            address: None,
        }
    }

    /// Somebody without a token.
    #[must_use]
    pub fn anonymous(address: Option<IpAddr>) -> Self {
        Self {
            address,
            ..Self::bare(CallerKind::Anonymous, "", Assurance::None)
        }
    }

    /// The service `name` on its own behalf.
    #[must_use]
    pub fn service(name: &str) -> Self {
        Self::bare(CallerKind::Service, name, Assurance::Strong)
    }
}

impl fmt::Debug for Caller {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Caller")
            .field("kind", &self.kind)
            .field("assurance", &self.assurance)
            .field("agency", &self.agency)
            .field("functions", &self.functions)
            .field("clearances", &self.clearances)
            .field("purpose", &self.purpose)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nobody_who_it_was() {
        let mut caller = Caller::anonymous("203.0.113.9".parse().ok());
        caller.subject = "A123456789".into();
        caller.client_id = "officer-77".into();
        caller.session = Some("sid-1".into());
        caller.case_number = "113/42".parse().ok();
        let shown = format!("{caller:?}");
        for secret in ["A123456789", "officer-77", "sid-1", "113/42", "203.0.113.9"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }

    #[test]
    fn every_kind_is_named_alike_in_tokens_and_policies() {
        for kind in [
            CallerKind::Anonymous,
            CallerKind::Citizen,
            CallerKind::Officer,
            CallerKind::Clinician,
            CallerKind::AgencySystem,
            CallerKind::Auditor,
            CallerKind::Service,
        ] {
            assert_eq!(serde_json::to_value(kind).unwrap(), kind.as_str());
        }
    }
}
