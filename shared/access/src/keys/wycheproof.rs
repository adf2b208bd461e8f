//! Project Wycheproof's attacks on signatures, against the one place that verifies them. Every verdict must be the suite's:
//! there is no list of exceptions.

use serde_json::Value;

use super::PublicKey;

const P256: &str =
    include_str!("../../tests/vectors/wycheproof/ecdsa_secp256r1_sha256_p1363_test.json");
const ED25519: &str = include_str!("../../tests/vectors/wycheproof/ed25519_test.json");

fn bytes(hex: &Value) -> Vec<u8> {
    let digits = hex.as_str().unwrap().as_bytes();
    let digit = |digit: u8| char::from(digit).to_digit(16).unwrap();
    digits
        .chunks_exact(2)
        .map(|pair| u8::try_from(digit(pair[0]) << 4 | digit(pair[1])).unwrap())
        .collect()
}

/// The signatures that were taken and those that were refused.
fn judge(suite: &str, key: impl Fn(&Value) -> PublicKey) -> (usize, usize) {
    let suite: Value = serde_json::from_str(suite).unwrap();
    let (mut taken, mut refused) = (0, 0);
    for group in suite["testGroups"].as_array().unwrap() {
        let key = key(group);
        for test in group["tests"].as_array().unwrap() {
            let holds = key.verifies(&bytes(&test["msg"]), &bytes(&test["sig"]));
            let (number, comment) = (&test["tcId"], &test["comment"]);
            assert_eq!(holds, test["result"] == "valid", "{number}: {comment}");
            *(if holds { &mut taken } else { &mut refused }) += 1;
        }
    }
    assert_eq!(suite["numberOfTests"], taken + refused);
    (taken, refused)
}

#[test]
fn every_signature_on_p256_is_judged_as_the_suite_says() {
    let key = |group: &Value| {
        let point = bytes(&group["publicKey"]["uncompressed"]);
        let key = PublicKey::es256(&point[1..]).unwrap();
        if let Some(jwk) = group["publicKeyJwk"].as_object() {
            assert_eq!(PublicKey::from_jwk(jwk).unwrap(), key);
        }
        key
    };
    assert_eq!(judge(P256, key), (173, 89));
}

#[test]
fn every_signature_of_ed25519_is_judged_as_the_suite_says() {
    let key = |group: &Value| {
        let key = PublicKey::ed25519(&bytes(&group["publicKey"]["pk"])).unwrap();
        let jwk = group["publicKeyJwk"].as_object().unwrap();
        assert_eq!(PublicKey::from_jwk(jwk).unwrap(), key);
        key
    };
    assert_eq!(judge(ED25519, key), (88, 63));
}
