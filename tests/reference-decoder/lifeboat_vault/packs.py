"""Packs and extents (§5 and §6): from fragments on clouds to decoded bytes."""

from collections import OrderedDict
from collections.abc import Callable
from typing import TypeVar

import zstandard

from . import erasure
from .catalogue import Catalogue, CataloguedPack, fragment_length
from .clouds import Folder, Names
from .errors import Malformed, Refused
from .manifests import CODEC_NONE, Extent
from .primitives import blake3, hkdf, keyed_blake3, open_sealed, u8, u32
from .report import Report

K = TypeVar("K")
V = TypeVar("V")

_FRAME_BYTES = 1_048_576
_COMMITMENT_BYTES = 32
_PACKS_KEPT = 3
_EXTENTS_KEPT = 8


def open_pack(sealed: bytes, epoch_key: bytes, repository: bytes, generation: int, pack: bytes) -> bytes:
    """The content of a sealed pack, padding included."""
    where = repository + u32(generation)
    keys = hkdf(epoch_key, pack, b"lifeboat vault pack/1" + where, 64)
    key, commitment = keys[:32], keys[32:]
    if sealed[:_COMMITMENT_BYTES] != commitment:
        raise Malformed(f"pack {pack.hex()} is not committed to its key")
    starts = range(_COMMITMENT_BYTES, len(sealed), _FRAME_BYTES)
    content = []
    for frame, start in enumerate(starts):
        nonce = bytes(7) + u32(frame) + u8(frame == len(starts) - 1)
        associated = b"lifeboat vault frame/1" + where + pack + u32(frame)
        what = f"frame {frame} of pack {pack.hex()}"
        content.append(open_sealed(key, nonce, sealed[start : start + _FRAME_BYTES], associated, what))
    return b"".join(content)


class Fragments:
    """Gathers the sealed form of packs from whatever clouds are good."""

    def __init__(self, folders: dict[int, Folder], names: dict[int, Names], need: int, clouds: int, report: Report):
        self._folders = folders
        self._names = names
        self._need = need
        self._clouds = clouds
        self._report = report

    def good(self, pack: CataloguedPack, cloud: int) -> bytes | None:
        """One cloud's fragment if it is what the catalogue says; else the cloud is reported."""
        if cloud not in self._folders:
            return None
        name = self._names[cloud].fragment(pack.pack)
        fragment = self._folders[cloud].read(name)
        if fragment is None:
            self._report.damaged(cloud, f"{name} is missing")
        elif self._matches(fragment, pack, cloud):
            return fragment
        else:
            self._report.damaged(cloud, f"{name} is corrupt")
        return None

    def sealed(self, pack: CataloguedPack) -> bytes:
        """The pack's sealed form, from the first clouds that have a good fragment."""
        fragments: dict[int, bytes] = {}
        for cloud in range(1, self._clouds + 1):
            fragment = self.good(pack, cloud)
            if fragment is not None:
                fragments[cloud - 1] = fragment
            if len(fragments) == self._need:
                data = erasure.recover(fragments, self._need, self._clouds - self._need)
                return b"".join(data)[: pack.length]
        raise Refused(f"pack {pack.pack.hex()} has {len(fragments)} good fragments, and {self._need} are needed")

    def _matches(self, fragment: bytes, pack: CataloguedPack, cloud: int) -> bool:
        expected = fragment_length(pack.length, self._need)
        return len(fragment) == expected and blake3(fragment) == pack.fragment_hashes[cloud - 1]


class ExtentReader:
    """Decodes extents; keeps the last few packs and extents at hand."""

    def __init__(
        self, catalogue: Catalogue, open_catalogued: Callable[[CataloguedPack], bytes], content_key: bytes
    ) -> None:
        self._catalogue = catalogue
        self._open = open_catalogued
        self._content_key = content_key
        self._packs: OrderedDict[bytes, bytes] = OrderedDict()
        self._extents: OrderedDict[Extent, bytes] = OrderedDict()

    def read(self, extent: Extent) -> bytes:
        """The extent's decoded bytes, their hash verified."""
        return _remember(self._extents, extent, self._decode, _EXTENTS_KEPT)

    def join(self, extents: tuple[Extent, ...]) -> bytes:
        """The decoded bytes of several extents."""
        return b"".join(self.read(extent) for extent in extents)

    def _decode(self, extent: Extent) -> bytes:
        content = _remember(self._packs, extent.pack, self._content, _PACKS_KEPT)
        stored = content[extent.offset : extent.offset + extent.stored]
        if len(stored) != extent.stored:
            raise Malformed(f"an extent ends outside of pack {extent.pack.hex()}")
        raw = stored if extent.codec == CODEC_NONE else _decompress(stored, extent.raw)
        if keyed_blake3(self._content_key, raw) != extent.hash:
            raise Malformed(f"an extent of pack {extent.pack.hex()} is not what it was")
        return raw

    def _content(self, pack: bytes) -> bytes:
        if pack not in self._catalogue.packs:
            raise Malformed(f"pack {pack.hex()} is not in the catalogue")
        return self._open(self._catalogue.packs[pack])


def _decompress(stored: bytes, length: int) -> bytes:
    """One zstd frame of exactly `length` decoded bytes, and nothing after it."""
    try:
        declared = zstandard.frame_content_size(stored)
        if declared not in (zstandard.CONTENTSIZE_UNKNOWN, length):
            raise Malformed("an extent is of another length")
        decompressor = zstandard.ZstdDecompressor()
        raw = decompressor.decompress(stored, max_output_size=length, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Malformed("an extent does not decompress") from error
    if len(raw) != length:
        raise Malformed("an extent is of another length")
    return raw


def _remember(kept: OrderedDict[K, V], key: K, make: Callable[[K], V], limit: int) -> V:
    if key not in kept:
        kept[key] = make(key)
        while len(kept) > limit:
            kept.popitem(last=False)
    kept.move_to_end(key)
    return kept[key]
