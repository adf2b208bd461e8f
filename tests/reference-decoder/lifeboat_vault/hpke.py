"""The export-only key schedule of HPKE (RFC 9180 §5.1 and §5.3)."""

import hmac
from dataclasses import dataclass

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

HASH_BYTES = 32
_MODE_BASE = b"\x00"
_MODE_PSK = b"\x01"


@dataclass(frozen=True)
class Suite:
    """The identifiers of a KEM, a KDF and an AEAD."""

    kem: int
    kdf: int
    aead: int

    @property
    def identifier(self) -> bytes:
        """`suite_id` of RFC 9180 §5.1."""
        return b"HPKE" + b"".join(part.to_bytes(2, "big") for part in (self.kem, self.kdf, self.aead))


XWING_EXPORT_ONLY = Suite(kem=0x647A, kdf=0x0001, aead=0xFFFF)


def export(
    shared_secret: bytes,
    info: bytes,
    exporter_context: bytes,
    psk: bytes = b"",
    psk_id: bytes = b"",
    suite: Suite = XWING_EXPORT_ONLY,
) -> bytes:
    """The 32 bytes exported in base mode, or in PSK mode if a pre-shared key is given."""
    mode = _MODE_PSK if psk else _MODE_BASE
    psk_id_hash = _labeled_extract(suite, b"", b"psk_id_hash", psk_id)
    info_hash = _labeled_extract(suite, b"", b"info_hash", info)
    secret = _labeled_extract(suite, shared_secret, b"secret", psk)
    exporter_secret = _labeled_expand(suite, secret, b"exp", mode + psk_id_hash + info_hash)
    return _labeled_expand(suite, exporter_secret, b"sec", exporter_context)


def _labeled_extract(suite: Suite, salt: bytes, label: bytes, ikm: bytes) -> bytes:
    key = salt or bytes(HASH_BYTES)
    return hmac.digest(key, b"HPKE-v1" + suite.identifier + label + ikm, "sha256")


def _labeled_expand(suite: Suite, secret: bytes, label: bytes, info: bytes) -> bytes:
    labeled = HASH_BYTES.to_bytes(2, "big") + b"HPKE-v1" + suite.identifier + label + info
    return HKDFExpand(algorithm=SHA256(), length=HASH_BYTES, info=labeled).derive(secret)
