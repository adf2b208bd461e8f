//! The keys of the demo's services and of its officer, each in a file that only its owner reads.

use std::collections::BTreeMap;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use access::internal::ServiceKey;
use access::keys::{SigningKey, jwks};
use secrecy::ExposeSecret;

use crate::outcome::Failure;

/// The files that settings name.
pub(crate) struct KeyFiles {
    /// The private key of each service for internal tokens.
    pub(crate) services: BTreeMap<String, PathBuf>,
    /// The private key of each service for receipts.
    pub(crate) receipts: BTreeMap<String, PathBuf>,
    /// The public keys of all of them.
    pub(crate) trusted_services: PathBuf,
    /// Signs what is handed back to the agencies.
    pub(crate) failback: PathBuf,
    /// Seals identity's token-signing keys in its database.
    pub(crate) sealing: PathBuf,
    /// The officer's private key.
    pub(crate) officer: PathBuf,
    /// The officer's public key, for identity.
    pub(crate) officer_public: serde_json::Map<String, serde_json::Value>,
}

impl KeyFiles {
    /// Makes all of them under `folder`, for these services.
    pub(crate) fn make<'a>(
        folder: &Path,
        names: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self, Failure> {
        let mut services = BTreeMap::new();
        let mut receipts = BTreeMap::new();
        let mut public = Vec::new();
        for name in names {
            let key = ServiceKey::generate()?;
            let path = folder.join(format!("{name}.pem"));
            private(&path, key.to_pkcs8_pem()?.expose_secret())?;
            public.push(key.service_jwk(name));
            services.insert(name.to_owned(), path);
            let path = folder.join(format!("{name}-receipts.pem"));
            signing_key(&path, &SigningKey::generate_es256()?)?;
            receipts.insert(name.to_owned(), path);
        }
        let trusted_services = folder.join("trusted-services.jwks");
        std::fs::write(&trusted_services, jwks(&public))?;
        let officer_key = SigningKey::generate_es256()?;
        let officer = folder.join("officer.pem");
        signing_key(&officer, &officer_key)?;
        let failback = folder.join("failback.pem");
        signing_key(&failback, &SigningKey::generate_ed25519()?)?;
        let sealing = folder.join("identity-sealing.key");
        private(&sealing, &random_base64()?)?;
        Ok(Self {
            services,
            receipts,
            trusted_services,
            failback,
            sealing,
            officer,
            officer_public: officer_key.public_jwk(),
        })
    }
}

fn signing_key(path: &Path, key: &SigningKey) -> Result<(), Failure> {
    private(path, key.to_pkcs8_pem()?.expose_secret())
}

/// 32 random bytes in base64url.
pub(crate) fn random_base64() -> Result<String, Failure> {
    use base64::Engine;
    let mut bytes = [0_u8; 32];
    aws_lc_rs::rand::fill(&mut bytes)
        .map_err(|_| Failure::failed("the machine gives no random bytes"))?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

/// Writes a file that only its owner may read.
pub(crate) fn private(path: &Path, text: &str) -> Result<(), Failure> {
    use std::io::Write;
    let mut file = std::fs::OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)?;
    file.write_all(text.as_bytes())?;
    Ok(())
}
