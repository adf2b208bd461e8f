"""Folders that hold clouds: finding them, naming what lies on them (§3)."""

import re
from dataclasses import dataclass
from pathlib import Path

from .errors import Refused
from .primitives import hkdf, keyed_blake3, u8, u32, u64

_CLOUD_ID = re.compile(r"[0-9a-f]{32}")
_HEAD_NAME_DIGITS = 32


@dataclass(frozen=True)
class Folder:
    """Everything below one cloud id."""

    cloud_id: bytes
    path: Path

    def names(self, kind: str) -> list[str]:
        """Names of the objects under `kind`/, sorted; none if the cloud does not answer."""
        try:
            return sorted(entry.name for entry in (self.path / kind).iterdir() if entry.is_file())
        except OSError:
            return []

    def read(self, name: str) -> bytes | None:
        """An object's bytes, or nothing if it is missing or unreadable."""
        try:
            return (self.path / name).read_bytes()
        except OSError:
            return None


def find_folders(roots: list[Path]) -> list[Folder]:
    """Every folder named like a cloud id right below `roots`; a missing root has none."""
    found: dict[bytes, Folder] = {}
    for root in dict.fromkeys(root.resolve() for root in roots):
        for path in _top_folders(root):
            folder = Folder(bytes.fromhex(path.name), path)
            other = found.setdefault(folder.cloud_id, folder)
            if other is not folder:
                raise Refused(f"{other.path} and {path} claim to be the same cloud; leave one out")
    return list(found.values())


def _top_folders(root: Path) -> list[Path]:
    try:
        entries = sorted(root.iterdir())
    except OSError:
        return []
    return [entry for entry in entries if _CLOUD_ID.fullmatch(entry.name) and entry.is_dir()]


class Names:
    """The names of objects on one cloud."""

    def __init__(self, repository_key: bytes, repository: bytes, cloud: int) -> None:
        self._key = hkdf(repository_key, repository, b"lifeboat vault cloud/1" + u8(cloud))

    def descriptor(self) -> str:
        """The descriptor's name."""
        return "r/" + self._name(b"r", bytes(16))

    def keyring(self, generation: int) -> str:
        """The name of a generation's keyring."""
        return "k/" + self._name(b"k", bytes(12) + u32(generation))

    def epoch(self, epoch: bytes) -> str:
        """An epoch's name."""
        return "e/" + self._name(b"e", epoch)

    def head(self, sequence: int) -> str:
        """The name of a sequence's head."""
        name = self._name(b"h", bytes(8) + u64(sequence))
        return f"h/{sequence:010}-{name[:_HEAD_NAME_DIGITS]}"

    def catalogue_piece(self, run: bytes, piece: int) -> str:
        """The name of one piece of a run's catalogue."""
        return "c/" + self._name(b"c" + u32(piece), run)

    def fragment(self, pack: bytes) -> str:
        """The name of this cloud's fragment of a pack."""
        name = self._name(b"f", pack)
        return f"f/{name[:2]}/{name}"

    def _name(self, kind: bytes, identifier: bytes) -> str:
        return keyed_blake3(self._key, kind + identifier).hex()
