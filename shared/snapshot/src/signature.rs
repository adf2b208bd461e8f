//! Whose word a package is: the agency's detached Ed25519 signature (RFC 8032) over the bytes of `datapackage.json`.

use std::fmt;

use aws_lc_rs::encoding::{AsDer as _, PublicKeyX509Der};
use aws_lc_rs::signature::{ED25519, Ed25519KeyPair, KeyPair as _, UnparsedPublicKey};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use thiserror::Error;

use crate::package::{Package, SIGNATURE};
use crate::store::Snapshot;

/// What stands before the 32 bytes of an Ed25519 key in a `SubjectPublicKeyInfo` (RFC 8410 §4).
const SPKI_HEAD: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

/// A key file that holds no key of the right kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not a PEM file with {0}")]
pub struct KeyFault(&'static str);

/// The public key that an agency signs with.
#[derive(Clone, PartialEq, Eq)]
pub struct AgencyKey([u8; 32]);

impl AgencyKey {
    /// Reads a PEM file with the label `PUBLIC KEY`, as `openssl pkey -pubout` writes it.
    ///
    /// # Errors
    /// [`KeyFault`] if it holds anything but one Ed25519 public key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyFault> {
        let fault = KeyFault("an Ed25519 public key (openssl pkey -pubout)");
        let der = body(pem, "PUBLIC KEY").ok_or(fault)?;
        let key = der
            .strip_prefix(&SPKI_HEAD)
            .and_then(|key| key.try_into().ok())
            .ok_or(fault)?;
        Ok(Self(key))
    }

    fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, &self.0)
            .verify(message, signature)
            .is_ok()
    }
}

impl fmt::Debug for AgencyKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AgencyKey({})", crate::digest::hex(&self.0))
    }
}

/// A key to sign packages with.
pub struct AgencySigner(Ed25519KeyPair);

impl AgencySigner {
    /// A fresh key.
    ///
    /// # Errors
    /// [`KeyFault`] if the system gives no randomness.
    pub fn generate() -> Result<Self, KeyFault> {
        Ed25519KeyPair::generate()
            .map(Self)
            .map_err(|_| KeyFault("randomness behind it"))
    }

    /// Reads a PEM file with the label `PRIVATE KEY` (PKCS#8), as `openssl genpkey -algorithm ed25519` writes it.
    ///
    /// # Errors
    /// [`KeyFault`] if it holds anything but one Ed25519 private key.
    pub fn from_pem(pem: &str) -> Result<Self, KeyFault> {
        let fault = KeyFault("an Ed25519 private key (openssl genpkey -algorithm ed25519)");
        let der = body(pem, "PRIVATE KEY").ok_or(fault)?;
        Ed25519KeyPair::from_pkcs8_maybe_unchecked(&der)
            .map(Self)
            .map_err(|_| fault)
    }

    /// The public key to enrol, as PEM.
    ///
    /// # Errors
    /// [`KeyFault`] if the key cannot be written.
    pub fn public_pem(&self) -> Result<String, KeyFault> {
        let der: PublicKeyX509Der<'_> = self
            .0
            .public_key()
            .as_der()
            .map_err(|_| KeyFault("a key that can be written"))?;
        Ok(format!(
            "-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n",
            STANDARD.encode(der.as_ref())
        ))
    }

    /// The content of `datapackage.sig` for the bytes of a `datapackage.json`.
    #[must_use]
    pub fn sign(&self, descriptor: &[u8]) -> String {
        format!("{}\n", STANDARD.encode(self.0.sign(descriptor).as_ref()))
    }
}

impl fmt::Debug for AgencySigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AgencySigner")
    }
}

/// The DER inside of the only PEM block of a file.
fn body(pem: &str, label: &str) -> Option<Vec<u8>> {
    let inside = pem
        .trim()
        .strip_prefix(&format!("-----BEGIN {label}-----"))?;
    let inside = inside.strip_suffix(&format!("-----END {label}-----"))?;
    let text: String = inside.split_ascii_whitespace().collect();
    STANDARD.decode(text).ok()
}

/// Whose signatures are believed.
#[derive(Debug, Clone, Default)]
pub struct Trust {
    keys: Vec<(Option<String>, AgencyKey)>,
    required: bool,
    allows_other_agency: bool,
    allows_unsigned: bool,
}

impl Trust {
    /// Refuses every package that no enrolled key has signed, also of agencies without a key.
    #[must_use]
    pub fn requiring_signatures(mut self) -> Self {
        self.required = true;
        self
    }

    /// Lets a package replace one of another agency.
    #[must_use]
    pub fn allowing_other_agency(mut self) -> Self {
        self.allows_other_agency = true;
        self
    }

    /// Lets a package that nobody vouches for replace one with a good signature.
    #[must_use]
    pub fn allowing_unsigned(mut self) -> Self {
        self.allows_unsigned = true;
        self
    }

    /// Enrols a key of `agency`; `None`: of whichever agency the package names. An agency may have several, so that it can
    /// change them.
    #[must_use]
    pub fn with_key(mut self, agency: Option<&str>, key: AgencyKey) -> Self {
        self.keys.push((agency.map(str::to_owned), key));
        self
    }

    /// Judges the signature of `package`. `Some` words: nobody vouches for the package, and every answer from it says so.
    ///
    /// # Errors
    /// [`Mistrust`] if the package must not be used.
    pub fn judge(&self, package: &Package) -> Result<Option<String>, Mistrust> {
        let agency = &package.origin.agency;
        let mut keys = self
            .keys
            .iter()
            .filter(|(of, _)| of.as_ref().is_none_or(|of| of == agency))
            .map(|(_, key)| key)
            .peekable();
        if keys.peek().is_none() {
            if self.required {
                return Err(Mistrust::NoKey {
                    agency: agency.clone(),
                });
            }
            let has = if package.signature.is_some() {
                "signed, but"
            } else {
                "not signed, and"
            };
            return Ok(Some(format!(
                "{has} no key of {agency} is enrolled: nobody has proved where this data comes from"
            )));
        }
        let Some(text) = &package.signature else {
            return Err(Mistrust::NotSigned {
                agency: agency.clone(),
            });
        };
        let text: Vec<u8> = text
            .iter()
            .copied()
            .filter(|byte| !byte.is_ascii_whitespace())
            .collect();
        let signature = STANDARD.decode(text).ok().filter(|bytes| bytes.len() == 64);
        let signature = signature.ok_or(Mistrust::NoSignature)?;
        if keys.any(|key| key.has_signed(&package.descriptor, &signature)) {
            return Ok(None);
        }
        Err(Mistrust::WrongSignature {
            agency: agency.clone(),
        })
    }

    /// Judges a package by the one in service: it must be of the same agency, and have a good signature (no words in `unsigned`, as
    /// [`Trust::judge`] found) if that one had. Otherwise a forger would only have to name an agency without a key.
    ///
    /// # Errors
    /// [`Mistrust`] if the package must not replace it.
    pub(crate) fn judge_successor(
        &self,
        package: &Package,
        unsigned: Option<&str>,
        served: &Snapshot,
    ) -> Result<(), Mistrust> {
        let agency = &package.origin.agency;
        if *agency != served.agency && !self.allows_other_agency {
            return Err(Mistrust::OtherAgency {
                agency: agency.clone(),
                served: served.agency.clone(),
            });
        }
        if unsigned.is_some() && served.unsigned.is_none() && !self.allows_unsigned {
            return Err(Mistrust::NoLongerSigned {
                agency: agency.clone(),
                served: served.agency.clone(),
            });
        }
        Ok(())
    }
}

/// Why a package is refused although its rows may be fine.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Mistrust {
    /// Signatures are required and the agency has no key here.
    #[error(
        "signatures are required and no key of {agency} is enrolled; enrol the agency's public key (PEM) first"
    )]
    NoKey {
        /// The agency that the package names.
        agency: String,
    },
    /// The agency signs, but this package is not signed.
    #[error(
        "{agency} has an enrolled key, but the package has no {SIGNATURE}; ask the agency for the signed package"
    )]
    NotSigned {
        /// The agency that the package names.
        agency: String,
    },
    /// The signature file holds something else.
    #[error(
        "{SIGNATURE} is not the base64 text of a 64-byte Ed25519 signature; ask the agency for the signed package"
    )]
    NoSignature,
    /// The signature belongs to other bytes or another key.
    #[error(
        "{SIGNATURE} is not a signature of this datapackage.json by a key of {agency}: the package was changed or is somebody else's; do not use it, and call the agency"
    )]
    WrongSignature {
        /// The agency that the package names.
        agency: String,
    },
    /// What is in service came from another agency.
    #[error(
        "the package is of {agency}, but what is in service is of {served}: read both names letter by letter, and call the agency that you know; only if another agency exports this system from now on, say --allow-other-agency"
    )]
    OtherAgency {
        /// The agency that the package names.
        agency: String,
        /// The agency of the snapshot in service.
        served: String,
    },
    /// What is in service had a good signature.
    #[error(
        "nobody vouches for the package of {agency}, but what is in service has a good signature of {served}: ask the agency for the signed package, or enrol its key; only if there can be none, say --allow-unsigned"
    )]
    NoLongerSigned {
        /// The agency that the package names.
        agency: String,
        /// The agency of the snapshot in service.
        served: String,
    },
}
