"""Signed envelopes (§3): exact payload bytes under an Ed25519 and an ML-DSA-65 signature."""

from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mldsa import MLDSA65PublicKey

from .errors import Malformed
from .primitives import sha256, u8
from .strict import Members, parse_json

ED25519_SIGNATURE_BYTES = 64
ML_DSA_65_SIGNATURE_BYTES = 3309


@dataclass(frozen=True)
class VerifyingKeys:
    """The public halves of the repository's signing keys."""

    ed25519: bytes
    ml_dsa_65: bytes

    def verify(self, message: bytes, ed25519: bytes, ml_dsa_65: bytes, what: str) -> None:
        """Refuses a message unless both signatures hold."""
        try:
            Ed25519PublicKey.from_public_bytes(self.ed25519).verify(ed25519, message)
            MLDSA65PublicKey.from_public_bytes(self.ml_dsa_65).verify(ml_dsa_65, message)
        except (InvalidSignature, ValueError) as error:
            raise Malformed(f"{what}: a signature does not hold") from error


@dataclass(frozen=True)
class Envelope:
    """One signed object as it lies on a cloud, its signatures not yet verified."""

    kind: str
    payload: bytes
    ed25519: bytes
    ml_dsa_65: bytes
    extra: Members

    @staticmethod
    def parse(data: bytes, kind: str, what: str) -> "Envelope":
        """Reads the envelope; members that differ from cloud to cloud stay in `extra`."""
        members = parse_json(data, what)
        return Envelope(
            kind=kind,
            payload=members.base64("payload"),
            ed25519=members.base64("ed25519", ED25519_SIGNATURE_BYTES),
            ml_dsa_65=members.base64("ml_dsa_65", ML_DSA_65_SIGNATURE_BYTES),
            extra=members,
        )

    @property
    def hash(self) -> bytes:
        """What other objects call this one by."""
        return sha256(self.payload)

    def verify(self, keys: VerifyingKeys) -> None:
        """Refuses the object unless both signatures hold."""
        message = signed_message(self.kind, self.payload)
        keys.verify(message, self.ed25519, self.ml_dsa_65, self.extra.what)

    def members(self) -> Members:
        """The members of the payload."""
        return parse_json(self.payload, self.extra.what)


def signed_message(kind: str, payload: bytes) -> bytes:
    """What both signatures are over."""
    return b"lifeboat vault " + kind.encode() + b"/1" + u8(0) + payload
