"""Thin wrappers that fix the parameters the format gives to standard algorithms."""

import hashlib

from blake3 import blake3 as _blake3
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .errors import Malformed

TAG_BYTES = 16
ZERO_NONCE = bytes(12)


def u8(value: int) -> bytes:
    """`value` as one byte."""
    return value.to_bytes(1, "big")


def u32(value: int) -> bytes:
    """`value` as four bytes, big-endian."""
    return value.to_bytes(4, "big")


def u64(value: int) -> bytes:
    """`value` as eight bytes, big-endian."""
    return value.to_bytes(8, "big")


def sha256(*pieces: bytes) -> bytes:
    """SHA-256 of the pieces joined."""
    return hashlib.sha256(b"".join(pieces)).digest()


def blake3(data: bytes) -> bytes:
    """Unkeyed BLAKE3, 32 bytes."""
    return _blake3(data).digest()


def keyed_blake3(key: bytes, data: bytes) -> bytes:
    """Keyed BLAKE3, 32 bytes."""
    return _blake3(data, key=key).digest()


def hkdf(ikm: bytes, salt: bytes, info: bytes, length: int = 32) -> bytes:
    """HKDF (RFC 5869) with SHA-256."""
    return HKDF(algorithm=SHA256(), length=length, salt=salt, info=info).derive(ikm)


def open_sealed(key: bytes, nonce: bytes, sealed: bytes, associated: bytes, what: str) -> bytes:
    """The plaintext of AES-256-GCM, or `Malformed` naming `what`."""
    try:
        return AESGCM(key).decrypt(nonce, sealed, associated)
    except (InvalidTag, ValueError) as error:
        raise Malformed(f"{what} does not open") from error
