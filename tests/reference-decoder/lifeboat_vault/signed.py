"""Finds the signed objects of a repository on its clouds, and trusts none that does not hold."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from .clouds import Folder
from .envelope import Envelope
from .errors import Malformed, Refused
from .objects import CLOUDS_MAX, Descriptor, Epoch, Head, Keyring
from .report import Report
from .strict import Members

T = TypeVar("T", Keyring, Head)


@dataclass(frozen=True)
class Signed(Generic[T]):
    """One object that every cloud which has it agrees on, and where each cloud has it."""

    value: T
    hash: bytes
    places: list[tuple[int, str]]


@dataclass(frozen=True)
class Found:
    """A descriptor, its hash, and the object names it was read from."""

    descriptor: Descriptor
    fingerprint: bytes
    names: dict[int, str]


def find_descriptor(folders: list[Folder], pinned: bytes | None) -> Found:
    """The descriptor that is pinned, or else the one that at least `need` of its clouds hold."""
    votes: dict[bytes, dict[int, str]] = defaultdict(dict)
    descriptors: dict[bytes, Descriptor] = {}
    for folder in folders:
        for name in folder.names("r"):
            try:
                descriptor, fingerprint, cloud = _read_descriptor(folder, f"r/{name}")
            except Malformed:
                continue
            descriptors[fingerprint] = descriptor
            votes[fingerprint][cloud] = f"r/{name}"
    chosen = [
        fingerprint
        for fingerprint, clouds in votes.items()
        if (fingerprint == pinned if pinned else len(clouds) >= descriptors[fingerprint].need)
    ]
    if len(chosen) != 1:
        raise Refused(_undecided(chosen, pinned))
    return Found(descriptors[chosen[0]], chosen[0], votes[chosen[0]])


def _undecided(chosen: list[bytes], pinned: bytes | None) -> str:
    if chosen:
        return "several repositories lie here; give the fingerprint of one: " + ", ".join(
            fingerprint.hex() for fingerprint in sorted(chosen)
        )
    return "no cloud holds the repository of this fingerprint" if pinned else "too few clouds hold a valid descriptor"


def _read_descriptor(folder: Folder, name: str) -> tuple[Descriptor, bytes, int]:
    envelope = _read(folder, name, "repository")
    cloud = envelope.extra.integer("cloud", 1, CLOUDS_MAX)
    envelope.extra.close()
    descriptor = Descriptor.parse(envelope.members())
    envelope.verify(descriptor.keys)
    if cloud > descriptor.clouds or descriptor.cloud_ids[cloud - 1] != folder.cloud_id:
        raise Malformed(f"{name} is another cloud's descriptor")
    return descriptor, envelope.hash, cloud


def _read(folder: Folder, name: str, kind: str) -> Envelope:
    data = folder.read(name)
    if data is None:
        raise Malformed(f"{name} cannot be read")
    return Envelope.parse(data, kind, name)


class SignedReader:
    """Reads signed objects of one repository from all its clouds."""

    def __init__(self, descriptor: Descriptor, folders: dict[int, Folder], report: Report) -> None:
        self._descriptor = descriptor
        self._folders = folders
        self._report = report

    def keyrings(self) -> dict[int, Signed[Keyring]]:
        """Every keyring, by generation."""
        return self._read_all("k", "keyring", Keyring.parse, lambda keyring: keyring.generation)

    def heads(self) -> dict[int, Signed[Head]]:
        """Every head, by sequence."""
        return self._read_all("h", "head", Head.parse, lambda head: head.sequence)

    def epoch(self, cloud: int, name: str, payload_hash: bytes) -> tuple[Epoch, bytes]:
        """An epoch as one cloud has it, and that cloud's share of its pre-shared key."""
        envelope = self._verified(self._folders[cloud], name, "epoch")
        share = envelope.extra.hex("share", 32)
        envelope.extra.close()
        if envelope.hash != payload_hash:
            raise Malformed(f"{name} is not the epoch that the restore point names")
        epoch = Epoch.parse(envelope.members(), self._descriptor.clouds)
        self._check_repository(epoch, name)
        if not epoch.commits_to(cloud, share):
            raise Malformed(f"{name} has a wrong share")
        return epoch, share

    def _read_all(
        self, folder: str, kind: str, parse: Callable[[Members], T], number: Callable[[T], int]
    ) -> dict[int, Signed[T]]:
        found: dict[int, Signed[T]] = {}
        for cloud in self._folders:
            for name in self._folders[cloud].names(folder):
                try:
                    value, payload_hash = self._read_one(cloud, f"{folder}/{name}", kind, parse)
                except Malformed as error:
                    self._report.damaged(cloud, str(error))
                    continue
                signed = found.setdefault(number(value), Signed(value, payload_hash, []))
                if signed.hash != payload_hash:
                    raise Refused(f"there are two valid {kind}s {number(value)}: the repository is forked")
                signed.places.append((cloud, f"{folder}/{name}"))
        return found

    def _read_one(self, cloud: int, name: str, kind: str, parse: Callable[[Members], T]) -> tuple[T, bytes]:
        envelope = self._verified(self._folders[cloud], name, kind)
        envelope.extra.close()
        value = parse(envelope.members())
        self._check_repository(value, name)
        return value, envelope.hash

    def _verified(self, folder: Folder, name: str, kind: str) -> Envelope:
        envelope = _read(folder, name, kind)
        envelope.verify(self._descriptor.keys)
        return envelope

    def _check_repository(self, value: Keyring | Head | Epoch, name: str) -> None:
        if value.repository != self._descriptor.repository:
            raise Malformed(f"{name} is of another repository")
