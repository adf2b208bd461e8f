//! Public keys as OpenSSL writes them: `SubjectPublicKeyInfo` (RFC 5480, RFC 8410) in PEM.
//!
//! Of the two kinds of key in use, each has exactly one DER head; whatever has another is another kind of key.

use super::{KeyFault, PublicKey, pem};

/// `SEQUENCE { SEQUENCE { id-ecPublicKey, prime256v1 }, BIT STRING { 04 …` — up to the uncompressed point.
const P256: [u8; 27] = [
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a,
    0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];

/// `SEQUENCE { SEQUENCE { id-Ed25519 }, BIT STRING { …` — up to the point.
const ED25519: [u8; 12] = [
    0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00,
];

impl PublicKey {
    /// Reads one `PUBLIC KEY` block.
    ///
    /// # Errors
    /// [`KeyFault::Secret`] for a private key, [`KeyFault::Malformed`] for what is no such block,
    /// [`KeyFault::Unsupported`] for other kinds of key, [`KeyFault::BadPoint`] for unsound ones.
    pub fn from_spki_pem(text: &str) -> Result<Self, KeyFault> {
        if text.contains("PRIVATE KEY-----") {
            return Err(KeyFault::Secret);
        }
        let der = pem::decode_public(text).ok_or(KeyFault::Malformed)?;
        match (der.strip_prefix(&P256), der.strip_prefix(&ED25519)) {
            (Some(point), _) if point.len() == 64 => Self::es256(point),
            (_, Some(point)) if point.len() == 32 => Self::ed25519(point),
            _ => Err(KeyFault::Unsupported),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const P256_PEM: &str = "-----BEGIN PUBLIC KEY-----
MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEuYWynUH0UlbwpIWUUK3D6l1/Dw63
HFbHaXMOZU9XP5Vh7XpdvyKgngKnBzIpNs4KAQx/03HRB88n2U5CO5xv7Q==
-----END PUBLIC KEY-----
";
    const ED25519_PEM: &str = "-----BEGIN PUBLIC KEY-----
MCowBQYDK2VwAyEAt4/87yCxIBwsB6uDJcuw8Fiuv+P6l8KlehOyYvwGo5I=
-----END PUBLIC KEY-----
";
    const RSA_PEM: &str = "-----BEGIN PUBLIC KEY-----
MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEAnjlhpOW2L8wmedIkk9mf
teejnlwKIV1T/Q6S4QwpizXmV5Eyn2bcJ56QKLcTI/WuX4o69qLN8RGiY0W9Ow2f
Noyt1ERCCqPJyR+bmjCN3dU6fuvQ8ib0T6o5zUoWlgQVgT8Nu6ME+41cnnIAeL9G
jCOW9RBGGAy8m+s9bOVtrsdo9qcKXRJsDaWp1/2NFDaTybIOHcvQ0JkxpeGD20D+
rTc455e17weVolFFdV6zAks5C6md/s4/ut2ExzPc0ezHeyQn0w1URNY2Wv0Up5mu
MYfZd78r+LQM69YN/s0jyzmWxgvxwSJHiPHMcwg8ZlYe9YVGiYSmceenXSJ81wiG
cQIDAQAB
-----END PUBLIC KEY-----
";

    #[test]
    fn keys_that_openssl_wrote_are_read() {
        use super::super::Algorithm;
        let p256 = PublicKey::from_spki_pem(P256_PEM).unwrap();
        assert_eq!(p256.algorithm(), Algorithm::Es256);
        let ed25519 = PublicKey::from_spki_pem(ED25519_PEM).unwrap();
        assert_eq!(ed25519.algorithm(), Algorithm::EdDsa);
    }

    #[test]
    fn nothing_else_is_taken_for_a_public_key() {
        let fault = |text: &str| PublicKey::from_spki_pem(text).unwrap_err();
        assert_eq!(fault(RSA_PEM), KeyFault::Unsupported);
        assert_eq!(
            fault(&P256_PEM.replace("PUBLIC", "PRIVATE")),
            KeyFault::Secret
        );
        assert_eq!(fault(""), KeyFault::Malformed);
        assert_eq!(fault(&format!("{P256_PEM}{P256_PEM}")), KeyFault::Malformed);
        let mut flipped = P256_PEM.to_owned();
        flipped.replace_range(
            110..114,
            if &P256_PEM[110..114] == "AAAA" {
                "BBBB"
            } else {
                "AAAA"
            },
        );
        assert_eq!(fault(&flipped), KeyFault::BadPoint);
    }
}
