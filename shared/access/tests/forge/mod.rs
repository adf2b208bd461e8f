//! Tokens as an attacker writes them: any header, any claims, over a real signature.

use access::keys::SigningKey;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret;

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// Signs header and claims as they stand, with a signature of its own so that nothing of the code under test is asked.
pub(crate) fn sign_raw(key: &SigningKey, header: &str, claims: &str) -> String {
    let pem = key.to_pkcs8_pem().unwrap();
    let body: String = pem
        .expose_secret()
        .lines()
        .filter(|line| !line.starts_with('-'))
        .collect();
    let der = STANDARD.decode(body).unwrap();
    let message = format!("{}.{}", encode(header), encode(claims));
    let signature = if let Ok(pair) = Ed25519KeyPair::from_pkcs8(&der) {
        pair.sign(message.as_bytes())
    } else {
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der).unwrap();
        pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap()
    };
    format!("{message}.{}", encode(signature))
}
