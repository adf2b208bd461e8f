//! Known answers: HPKE with X-Wing against published vectors and the key schedule of RFC 9180 written a second time.

use aws_lc_rs::hmac;
use serde_json::Value;

use crate::keys::hpke::{Encapsulation, PreShared, PublicKey, decapsulate};
use crate::object::text::base64;
use crate::object::{array_from_hex, from_hex};

/// The vectors of draft-connolly-cfrg-xwing-kem (spec/test-vectors.json).
const X_WING: &str = include_str!("x-wing.json");

/// "HPKE" ‖ X-Wing ‖ HKDF-SHA256 ‖ export-only.
const SUITE: &[u8] = b"HPKE\x64\x7a\x00\x01\xff\xff";

fn extract(salt: &[u8], label: &[u8], ikm: &[u8]) -> Vec<u8> {
    let labeled = [b"HPKE-v1", SUITE, label, ikm].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, salt);
    hmac::sign(&key, &labeled).as_ref().to_vec()
}

/// `LabeledExpand` to 32 bytes, which one block of HKDF-Expand gives.
fn expand(prk: &[u8], label: &[u8], info: &[u8]) -> Vec<u8> {
    let labeled = [&[0, 32], &b"HPKE-v1"[..], SUITE, label, info, &[1]].concat();
    let key = hmac::Key::new(hmac::HMAC_SHA256, prk);
    hmac::sign(&key, &labeled).as_ref().to_vec()
}

/// RFC 9180 §5.1 and §5.3, from the shared secret on.
fn exported(shared: &[u8], psk: Option<(&[u8], &[u8])>, info: &[u8], context: &[u8]) -> Vec<u8> {
    let (mode, (psk, id)) = match psk {
        None => (0u8, (&[][..], &[][..])),
        Some(psk) => (1, psk),
    };
    let schedule = [
        vec![mode],
        extract(b"", b"psk_id_hash", id),
        extract(b"", b"info_hash", info),
    ]
    .concat();
    let secret = extract(shared, b"secret", psk);
    let exporter = expand(&secret, b"exp", &schedule);
    expand(&exporter, b"sec", context)
}

#[test]
fn exports_follow_the_published_vectors_of_x_wing_and_the_rfc() {
    let vectors: Vec<Value> = serde_json::from_str(X_WING).unwrap();
    assert_eq!(vectors.len(), 3);
    for vector in vectors {
        let bytes = |member: &str| from_hex(vector[member].as_str().unwrap()).unwrap();
        let seed: [u8; 32] = array_from_hex(vector["sk"].as_str().unwrap()).unwrap();
        assert_eq!(PublicKey::of_seed(&seed).unwrap().as_bytes(), bytes("pk"));
        let encapsulation: Encapsulation =
            serde_json::from_value(base64(&bytes("ct")).into()).unwrap();
        let base = decapsulate(&seed, None, &encapsulation, b"info", b"keyring key").unwrap();
        assert_eq!(
            base[..],
            exported(&bytes("ss"), None, b"info", b"keyring key")
        );
        let psk = PreShared {
            key: &[7; 32],
            id: &[9; 16],
        };
        let with = decapsulate(&seed, Some(psk), &encapsulation, b"info", b"epoch key").unwrap();
        let expected = exported(
            &bytes("ss"),
            Some((&[7; 32], &[9; 16])),
            b"info",
            b"epoch key",
        );
        assert_eq!(with[..], expected);
    }
}

#[test]
fn keys_and_encapsulations_of_another_length_are_refused() {
    let read = |length: usize| -> [bool; 2] {
        let text: Value = base64(&vec![1; length]).into();
        [
            serde_json::from_value::<PublicKey>(text.clone()).is_ok(),
            serde_json::from_value::<Encapsulation>(text).is_ok(),
        ]
    };
    assert_eq!(read(1119), [false, false]);
    assert_eq!(read(1120), [false, true]);
    assert_eq!(read(1217), [false, false]);
    assert_eq!(read(0), [false, false]);
    // FIPS 203 §7.2: coefficients beyond the modulus are no public key.
    assert!(PublicKey::from_bytes(&[0xff; 1216]).is_err());
}
