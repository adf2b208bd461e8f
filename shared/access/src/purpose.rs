//! Why somebody asks: the purpose and the case number that officers state on every call.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The purposes of `contract.md` (`Lookup-Purpose`).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Purpose {
    /// Is this the person they say they are? 身分查證
    IdentityVerification,
    /// Who lives where, who belongs to whom? 協尋親屬
    FamilyTracing,
    /// Relief in a disaster. 災害救助
    DisasterRelief,
    /// Who owns what? 產權證明
    PropertyProof,
    /// A claim for a benefit. 給付申請
    BenefitClaim,
    /// A relief of taxes. 稅捐減免
    TaxRelief,
    /// Police and prosecution. 執法
    LawEnforcement,
    /// Help for a patient who may not be able to consent. 緊急醫療
    MedicalEmergency,
    /// Calling in people, vehicles and stocks. 動員
    Mobilisation,
    /// Looking at who looked. 稽核
    Audit,
}

impl Purpose {
    /// All, in the contract's order.
    pub const ALL: [Self; 10] = [
        Self::IdentityVerification,
        Self::FamilyTracing,
        Self::DisasterRelief,
        Self::PropertyProof,
        Self::BenefitClaim,
        Self::TaxRelief,
        Self::LawEnforcement,
        Self::MedicalEmergency,
        Self::Mobilisation,
        Self::Audit,
    ];

    /// The name in headers, tokens, policies and logs: `family-tracing`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::IdentityVerification => "identity-verification",
            Self::FamilyTracing => "family-tracing",
            Self::DisasterRelief => "disaster-relief",
            Self::PropertyProof => "property-proof",
            Self::BenefitClaim => "benefit-claim",
            Self::TaxRelief => "tax-relief",
            Self::LawEnforcement => "law-enforcement",
            Self::MedicalEmergency => "medical-emergency",
            Self::Mobilisation => "mobilisation",
            Self::Audit => "audit",
        }
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Not one of the purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not one of the purposes")]
pub struct UnknownPurpose;

impl FromStr for Purpose {
    type Err = UnknownPurpose;

    fn from_str(name: &str) -> Result<Self, UnknownPurpose> {
        Self::ALL
            .into_iter()
            .find(|purpose| purpose.as_str() == name)
            .ok_or(UnknownPurpose)
    }
}

/// The case an officer works on (`Case-Number`): 1–64 ASCII letters, digits, `-` and `/`.
///
/// It may point at a person's file, so `Debug` hides it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct CaseNumber(String);

impl CaseNumber {
    /// The number as given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for CaseNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CaseNumber(…)")
    }
}

/// Not a case number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a case number has 1 to 64 letters, digits, '-' or '/'")]
pub struct NotACaseNumber;

impl TryFrom<String> for CaseNumber {
    type Error = NotACaseNumber;

    fn try_from(raw: String) -> Result<Self, NotACaseNumber> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'/';
        if (1..=64).contains(&raw.len()) && raw.bytes().all(allowed) {
            Ok(Self(raw))
        } else {
            Err(NotACaseNumber)
        }
    }
}

impl FromStr for CaseNumber {
    type Err = NotACaseNumber;

    fn from_str(raw: &str) -> Result<Self, NotACaseNumber> {
        raw.to_owned().try_into()
    }
}

impl From<CaseNumber> for String {
    fn from(number: CaseNumber) -> Self {
        number.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_purpose_reads_back_and_nothing_else_does() {
        for purpose in Purpose::ALL {
            assert_eq!(purpose.to_string().parse(), Ok(purpose));
            assert_eq!(serde_json::to_value(purpose).unwrap(), purpose.as_str());
        }
        for wrong in ["", "Audit", "curiosity", "audit "] {
            assert_eq!(wrong.parse::<Purpose>(), Err(UnknownPurpose));
        }
    }

    #[test]
    fn a_case_number_is_short_and_plain() {
        for right in ["1", "113-000/42", &"A".repeat(64)] {
            assert_eq!(right.parse::<CaseNumber>().unwrap().as_str(), right);
        }
        for wrong in ["", &"A".repeat(65), "a b", "案號", "a\n", "a_b"] {
            assert_eq!(wrong.parse::<CaseNumber>(), Err(NotACaseNumber));
            assert!(serde_json::from_value::<CaseNumber>(wrong.into()).is_err());
        }
    }
}
