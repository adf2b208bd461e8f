"""Contributions (§2): custodians' shares sealed to one session."""

from dataclasses import dataclass

from . import hpke
from .errors import Malformed
from .primitives import ZERO_NONCE, open_sealed, u8
from .strict import parse_json
from .xwing import ENCAPSULATION_BYTES, SEED_BYTES, XWingPrivateKey

_FORMAT = "lifeboat-contribution/1"
_LABEL = b"lifeboat contribution/1"
_CUSTODIANS_MAX = 255


def is_contribution(data: bytes, what: str) -> bool:
    """Whether the file says that it is a contribution."""
    return bool(parse_json(data, what).take("format") == _FORMAT)


@dataclass(frozen=True)
class Session:
    """The secret side of a gathering of contributions."""

    session: bytes
    key: XWingPrivateKey

    @staticmethod
    def parse(data: bytes, what: str) -> "Session":
        """Reads a `session.key`."""
        members = parse_json(data, what)
        members.format("lifeboat-session-key/1")
        session = Session(members.uuid("session"), XWingPrivateKey(members.hex("seed", SEED_BYTES)))
        members.close()
        return session

    def open(self, data: bytes, what: str) -> bytes:
        """The share file in a contribution."""
        members = parse_json(data, what)
        members.format(_FORMAT)
        if members.uuid("session") != self.session:
            raise Malformed(f"{what} is for another session")
        members.uuid("ceremony")
        custodian = members.integer("custodian", 1, _CUSTODIANS_MAX)
        encapsulation = members.base64("encapsulation", ENCAPSULATION_BYTES)
        sealed = members.base64("sealed")
        members.close()
        info = _LABEL + self.session
        key = hpke.export(self.key.decapsulate(encapsulation), info, b"contribution key")
        return open_sealed(key, ZERO_NONCE, sealed, info + u8(custodian), what)
