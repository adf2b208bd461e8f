use std::fmt;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{PublicKey, pem};
use crate::strict;

/// Why there is no signing key, or no signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SigningKeyFault {
    /// Not one PEM block of type `PRIVATE KEY`.
    #[error(
        "not one unencrypted PKCS#8 PEM block; `openssl pkcs8 -topk8 -nocrypt` makes one of other forms"
    )]
    NotPem,
    /// Neither P-256 nor Ed25519, or damaged.
    #[error("not a sound P-256 or Ed25519 private key")]
    NotAKey,
    /// Not an X25519 key, which services have between them.
    #[error("not an X25519 private key; `openssl genpkey -algorithm X25519` makes one")]
    NotAServiceKey,
    /// The cryptographic library, or the system's randomness, failed.
    #[error("the cryptographic library failed")]
    Failed,
    /// What is to be signed is not a JSON object.
    #[error("claims cannot be written as JSON")]
    Claims,
}

enum Pair {
    Es256(EcdsaKeyPair),
    EdDsa(Ed25519KeyPair),
}

/// A private key that signs tokens. Parsed once; the key itself stays inside the cryptographic library.
pub struct SigningKey {
    pair: Pair,
    public: PublicKey,
    kid: String,
}

impl SigningKey {
    /// Reads an unencrypted PKCS#8 key (P-256 or Ed25519) in PEM.
    ///
    /// # Errors
    /// See [`SigningKeyFault`].
    pub fn from_pkcs8_pem(text: &str) -> Result<Self, SigningKeyFault> {
        let der = pem::decode(text).ok_or(SigningKeyFault::NotPem)?;
        let pair = match Ed25519KeyPair::from_pkcs8(&der) {
            Ok(pair) => Pair::EdDsa(pair),
            Err(_) => Pair::Es256(
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der)
                    .map_err(|_| SigningKeyFault::NotAKey)?,
            ),
        };
        Self::of(pair)
    }

    /// A new P-256 key.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate_es256() -> Result<Self, SigningKeyFault> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING);
        Self::of(Pair::Es256(pair.map_err(|_| SigningKeyFault::Failed)?))
    }

    /// A new Ed25519 key.
    ///
    /// # Errors
    /// When the system has no randomness to give.
    pub fn generate_ed25519() -> Result<Self, SigningKeyFault> {
        Self::of(Pair::EdDsa(
            Ed25519KeyPair::generate().map_err(|_| SigningKeyFault::Failed)?,
        ))
    }

    fn of(pair: Pair) -> Result<Self, SigningKeyFault> {
        let public = match &pair {
            // After the first byte, which says that both coordinates follow.
            Pair::Es256(pair) => {
                PublicKey::es256(pair.public_key().as_ref().get(1..).unwrap_or_default())
            }
            Pair::EdDsa(pair) => PublicKey::ed25519(pair.public_key().as_ref()),
        }
        .map_err(|_| SigningKeyFault::NotAKey)?;
        let kid = public.thumbprint().to_owned();
        Ok(Self { pair, public, kid })
    }

    /// Its name in tokens and key sets: the RFC 7638 thumbprint.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// The public half.
    #[must_use]
    pub fn public(&self) -> &PublicKey {
        &self.public
    }

    /// The public half as a member of a key set.
    #[must_use]
    pub fn public_jwk(&self) -> Map<String, Value> {
        let mut jwk = self.public.jwk();
        jwk.insert("kid".into(), self.kid.as_str().into());
        jwk.insert("alg".into(), self.public.algorithm().as_str().into());
        jwk.insert("use".into(), "sig".into());
        jwk
    }

    /// The private key as PKCS#8 in PEM, as OpenSSL reads it.
    ///
    /// # Errors
    /// When the cryptographic library fails.
    pub fn to_pkcs8_pem(&self) -> Result<SecretString, SigningKeyFault> {
        let der = match &self.pair {
            Pair::Es256(pair) => pair.to_pkcs8v1(),
            Pair::EdDsa(pair) => pair.to_pkcs8v1(),
        };
        // The document clears its memory when dropped.
        Ok(pem::encode(der.map_err(|_| SigningKeyFault::Failed)?.as_ref()).into())
    }

    /// Signs `claims` as a compact JWS of type `typ`, naming this key by `kid`.
    ///
    /// # Errors
    /// When the claims are not a JSON object, or the cryptographic library fails.
    pub fn sign(&self, typ: &str, claims: &impl Serialize) -> Result<String, SigningKeyFault> {
        self.sign_with(typ, ("kid", self.kid.as_str().into()), claims)
    }

    /// As [`Self::sign`], with the public key itself in the header, as a proof of possession has it.
    pub(crate) fn sign_with_jwk(
        &self,
        typ: &str,
        claims: &impl Serialize,
    ) -> Result<String, SigningKeyFault> {
        self.sign_with(typ, ("jwk", Value::Object(self.public.jwk())), claims)
    }

    fn sign_with(
        &self,
        typ: &str,
        key: (&str, Value),
        claims: &impl Serialize,
    ) -> Result<String, SigningKeyFault> {
        let mut header = Map::new();
        header.insert("alg".into(), self.public.algorithm().as_str().into());
        header.insert("typ".into(), typ.into());
        header.insert(key.0.into(), key.1);
        let header = serde_json::to_vec(&header).map_err(|_| SigningKeyFault::Claims)?;
        let claims = serde_json::to_vec(claims).map_err(|_| SigningKeyFault::Claims)?;
        if claims.first() != Some(&b'{') {
            return Err(SigningKeyFault::Claims);
        }
        let mut token = strict::encode(header);
        token.push('.');
        token.push_str(&strict::encode(claims));
        let signature = match &self.pair {
            Pair::Es256(pair) => pair.sign(&SystemRandom::new(), token.as_bytes()),
            Pair::EdDsa(pair) => pair.try_sign(token.as_bytes()),
        }
        .map_err(|_| SigningKeyFault::Failed)?;
        token.push('.');
        token.push_str(&strict::encode(signature));
        Ok(token)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("algorithm", &self.public.algorithm())
            .finish_non_exhaustive()
    }
}
