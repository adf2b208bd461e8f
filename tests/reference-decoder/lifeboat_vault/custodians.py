"""Files of people: `master.pub` and the custodians' shares (§2)."""

from dataclasses import dataclass
from pathlib import Path

from .contributions import Session, is_contribution
from .errors import Malformed, Refused
from .primitives import sha256, u8
from .report import Report
from .shamir import interpolate
from .strict import Members, parse_json
from .xwing import PUBLIC_KEY_BYTES, SEED_BYTES, XWingPrivateKey

_CUSTODIANS_MAX = 255
_CHECKSUM_BYTES = 8


@dataclass(frozen=True)
class MasterPublic:
    """The public side of a ceremony."""

    ceremony: bytes
    threshold: int
    custodians: int
    public_key: bytes
    share_commitments: tuple[bytes, ...]

    @staticmethod
    def parse(members: Members) -> "MasterPublic":
        """Reads the object of `master.pub`."""
        members.format("lifeboat-master/1")
        members.time("created")
        custodians = members.integer("custodians", 1, _CUSTODIANS_MAX)
        master = MasterPublic(
            ceremony=members.uuid("ceremony"),
            threshold=members.integer("threshold", 2, custodians),
            custodians=custodians,
            public_key=members.base64("public_key", PUBLIC_KEY_BYTES),
            share_commitments=tuple(members.hex_list("share_commitments", custodians, 32)),
        )
        members.close()
        return master

    @property
    def fingerprint(self) -> bytes:
        """What identifies the ceremony's result."""
        counts = u8(self.threshold) + u8(self.custodians)
        commitments = b"".join(self.share_commitments)
        return sha256(b"lifeboat master/1", self.ceremony, counts, self.public_key, commitments)


@dataclass(frozen=True)
class CustodianShare:
    """One custodian's share, its checksum verified."""

    ceremony: bytes
    master: bytes
    custodian: int
    threshold: int
    custodians: int
    share: bytes

    @staticmethod
    def parse(data: bytes, what: str) -> "CustodianShare":
        """Reads a share file."""
        members = parse_json(data, what)
        members.format("lifeboat-custodian-share/1")
        custodians = members.integer("custodians", 1, _CUSTODIANS_MAX)
        share = CustodianShare(
            ceremony=members.uuid("ceremony"),
            master=members.hex("master", 32),
            custodian=members.integer("custodian", 1, custodians),
            threshold=members.integer("threshold", 2, custodians),
            custodians=custodians,
            share=members.hex("share", SEED_BYTES),
        )
        if members.hex("checksum", _CHECKSUM_BYTES) != share.checksum():
            raise Malformed(f"{what} is corrupt: its checksum is wrong")
        members.close()
        return share

    def checksum(self) -> bytes:
        """What the file's `checksum` must be."""
        numbers = u8(self.custodian) + u8(self.threshold) + u8(self.custodians)
        label = b"lifeboat custodian share checksum/1"
        return sha256(label, self.ceremony, self.master, numbers, self.share)[:_CHECKSUM_BYTES]

    def belongs_to(self, master: MasterPublic) -> bool:
        """Whether the share is of this ceremony and committed to there."""
        if (self.master, self.ceremony) != (master.fingerprint, master.ceremony):
            return False
        if (self.threshold, self.custodians) != (master.threshold, master.custodians):
            return False
        label = b"lifeboat custodian share/1"
        commitment = sha256(label, self.ceremony, u8(self.custodian), self.share)
        return commitment == master.share_commitments[self.custodian - 1]


def recover_master_key(
    files: list[Path], session_file: Path | None, master: MasterPublic, report: Report
) -> XWingPrivateKey:
    """The master key from the good shares among `files`; bad ones are reported."""
    session = Session.parse(_read(session_file), session_file.name) if session_file else None
    shares: dict[int, bytes] = {}
    for file in files:
        try:
            share = CustodianShare.parse(_read_share(file, session), file.name)
        except Malformed as error:
            report.warn(str(error))
            continue
        if share.belongs_to(master):
            shares[share.custodian] = share.share
        else:
            report.warn(f"{file.name} is foreign: it is not of this vault's ceremony")
    if len(shares) < master.threshold:
        raise Refused(f"{master.threshold} custodians are needed, {len(shares)} gave a good share")
    chosen = {custodian: shares[custodian] for custodian in sorted(shares)[: master.threshold]}
    key = XWingPrivateKey(interpolate(chosen))
    if key.public_key != master.public_key:
        raise Refused("the shares do not give the master key")
    return key


def _read_share(file: Path, session: Session | None) -> bytes:
    data = _read(file)
    if not is_contribution(data, file.name):
        return data
    if session is None:
        raise Malformed(f"{file.name} is a contribution, which only its session's key opens")
    return session.open(data, file.name)


def _read(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Malformed(f"{file} cannot be read: {error.strerror}") from error
