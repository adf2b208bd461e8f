//! The keys of the demo's services and of its officer, each in a file that only its owner reads.

use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use access::keys::{SigningKey, jwks};
use secrecy::ExposeSecret;

use crate::outcome::Failure;

/// The files that settings name.
pub(crate) struct KeyFiles {
    /// The gateway's private key for internal tokens.
    pub(crate) gateway: PathBuf,
    /// Identity's private key for internal tokens.
    pub(crate) identity: PathBuf,
    /// The public keys of both, for whoever they call.
    pub(crate) trusted_services: PathBuf,
    /// Seals identity's token-signing keys in its database.
    pub(crate) sealing: PathBuf,
    /// The officer's private key.
    pub(crate) officer: PathBuf,
    /// The officer's public key, for identity.
    pub(crate) officer_public: serde_json::Map<String, serde_json::Value>,
}

impl KeyFiles {
    /// Makes all of them under `folder`.
    pub(crate) fn make(folder: &Path) -> Result<Self, Failure> {
        let (gateway, gateway_key) = service(folder, "gateway")?;
        let (identity, identity_key) = service(folder, "identity")?;
        let trusted_services = folder.join("trusted-services.jwks");
        std::fs::write(
            &trusted_services,
            jwks(&[
                gateway_key.service_jwk("gateway"),
                identity_key.service_jwk("identity"),
            ]),
        )?;
        let officer_key = SigningKey::generate_es256()?;
        let officer = folder.join("officer.pem");
        private(&officer, officer_key.to_pkcs8_pem()?.expose_secret())?;
        let sealing = folder.join("identity-sealing.key");
        private(&sealing, &random_base64()?)?;
        Ok(Self {
            gateway,
            identity,
            trusted_services,
            sealing,
            officer,
            officer_public: officer_key.public_jwk(),
        })
    }
}

fn service(folder: &Path, name: &str) -> Result<(PathBuf, SigningKey), Failure> {
    let key = SigningKey::generate_ed25519()?;
    let path = folder.join(format!("{name}.pem"));
    private(&path, key.to_pkcs8_pem()?.expose_secret())?;
    Ok((path, key))
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
