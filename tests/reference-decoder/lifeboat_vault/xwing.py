"""X-Wing (draft-connolly-cfrg-xwing-kem): ML-KEM-768 and X25519 behind one combiner."""

import hashlib

from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey

from .errors import Malformed

SEED_BYTES = 32
PUBLIC_KEY_BYTES = 1216
ENCAPSULATION_BYTES = 1120

_ML_KEM_CIPHERTEXT_BYTES = 1088
_LABEL = b"\\.//^\\"


class XWingPrivateKey:
    """A key pair grown from its 32-byte seed."""

    def __init__(self, seed: bytes) -> None:
        expanded = hashlib.shake_256(seed).digest(96)
        self._ml_kem = MLKEM768PrivateKey.from_seed_bytes(expanded[:64])
        self._x25519 = X25519PrivateKey.from_private_bytes(expanded[64:])
        self._x25519_public = self._x25519.public_key().public_bytes_raw()
        self.public_key = self._ml_kem.public_key().public_bytes_raw() + self._x25519_public

    def decapsulate(self, encapsulation: bytes) -> bytes:
        """The 32-byte shared secret."""
        if len(encapsulation) != ENCAPSULATION_BYTES:
            raise Malformed("an encapsulation has the wrong length")
        ml_kem_part = encapsulation[:_ML_KEM_CIPHERTEXT_BYTES]
        x25519_part = encapsulation[_ML_KEM_CIPHERTEXT_BYTES:]
        try:
            ml_kem_secret = self._ml_kem.decapsulate(ml_kem_part)
            x25519_secret = self._x25519.exchange(X25519PublicKey.from_public_bytes(x25519_part))
        except ValueError as error:
            raise Malformed("an encapsulation is not a valid one") from error
        return combine(ml_kem_secret, x25519_secret, x25519_part, self._x25519_public)


def combine(ml_kem_secret: bytes, x25519_secret: bytes, x25519_part: bytes, x25519_public: bytes) -> bytes:
    """X-Wing's combiner."""
    joined = ml_kem_secret + x25519_secret + x25519_part + x25519_public + _LABEL
    return hashlib.sha3_256(joined).digest()
