"""Manifests (§6): what was backed up, and where its bytes lie."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from .errors import Malformed
from .strict import U32_MAX, U64_MAX, Members, check_bytes, check_integer, check_list, check_texts, parse_cbor

CODEC_NONE = 0
CODEC_ZSTD = 1
DATA_EXTENT_MAX = 4_194_304
MANIFEST_EXTENT_MAX = 8_388_608
_PACK_MAX = 33_554_432
_SOURCE_KINDS = ("package", "folder", "database")
_TIER_MAX = 2


@dataclass(frozen=True)
class Extent:
    """A run of bytes stored in one pack."""

    pack: bytes
    offset: int
    stored: int
    raw: int
    codec: int
    hash: bytes


@dataclass(frozen=True)
class Part:
    """A key range of a table, as a byte range of its file."""

    first: tuple[str, ...]
    last: tuple[str, ...]
    rows: int
    offset: int
    size: int


@dataclass(frozen=True)
class Segment:
    """A byte range of an extent's decoded bytes."""

    extent: int
    offset: int
    length: int


@dataclass(frozen=True)
class File:
    """One file and how it is put together."""

    path: str
    size: int
    blake3: bytes
    executable: bool
    table: str | None
    segments: tuple[Segment, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True)
class SourceManifest:
    """Everything in one source."""

    extents: tuple[Extent, ...]
    files: tuple[File, ...]


@dataclass(frozen=True)
class Source:
    """One thing backed up, and the extents that hold its manifest."""

    name: str
    kind: str
    system: str | None
    agency: str | None
    taken_at: str | None
    sequence: int | None
    tier: int | None
    files: int
    rows: int
    size: int
    extents: tuple[Extent, ...]


@dataclass(frozen=True)
class RootManifest:
    """All sources of one run."""

    taken_at: datetime
    sources: tuple[Source, ...]


def parse_location(data: bytes) -> tuple[Extent, ...]:
    """The extents of the root manifest, from the opened and padded `root` of a head."""
    members = parse_cbor(data, "the head's root", padded=True)
    packs = _packs(members)
    extents = _extents(members.list("extents"), packs, MANIFEST_EXTENT_MAX, members.what)
    members.close()
    return extents


def parse_root(data: bytes) -> RootManifest:
    """Reads a root manifest."""
    members = parse_cbor(data, "the root manifest")
    members.format("lifeboat-vault-manifest/1")
    packs = _packs(members)
    root = RootManifest(
        taken_at=members.time("taken_at"),
        sources=tuple(
            _source(Members(source, "a source of the root manifest"), packs) for source in members.list("sources")
        ),
    )
    members.close()
    names = [source.name for source in root.sources]
    if len(set(names)) != len(names):
        raise Malformed("the root manifest names a source twice")
    return root


def parse_source(data: bytes, source: Source) -> SourceManifest:
    """Reads a source's manifest and checks it against what the root manifest says of it."""
    what = f"the manifest of {source.name}"
    members = parse_cbor(data, what)
    members.format("lifeboat-vault-source/1")
    packs = _packs(members)
    extents = _extents(members.list("extents"), packs, DATA_EXTENT_MAX, what)
    files = tuple(_file(Members(file, f"{what}: a file"), extents) for file in members.list("files"))
    members.close()
    _check_paths([file.path for file in files], what)
    rows = sum(part.rows for file in files for part in file.parts)
    if (len(files), rows, sum(file.size for file in files)) != (source.files, source.rows, source.size):
        raise Malformed(f"{what} has other counts than the root manifest gives")
    return SourceManifest(extents, files)


def parse_recipe(recipe: bytes, extents: tuple[Extent, ...], what: str) -> tuple[Segment, ...]:
    """The segments that a recipe stands for."""
    numbers = _varints(recipe, what)
    if len(numbers) % 3:
        raise Malformed(f"{what} ends inside a segment")
    segments: list[Segment] = []
    extent = 0
    ends: dict[int, int] = {}
    for extent_step, offset_step, length in zip(numbers[::3], numbers[1::3], numbers[2::3]):
        extent += _zigzag(extent_step)
        offset = _zigzag(offset_step) + ends.get(extent, 0)
        end = ends[extent] = offset + length
        if not 0 <= extent < len(extents) or offset < 0 or end > extents[extent].raw:
            raise Malformed(f"{what} points outside of an extent")
        segments.append(Segment(extent, offset, length))
    return tuple(segments)


def _varints(data: bytes, what: str) -> list[int]:
    numbers: list[int] = []
    value = shift = 0
    for byte in data:
        value |= (byte & 0x7F) << shift
        if byte & 0x80:
            shift += 7
        else:
            _check_varint(value, byte, shift, what)
            numbers.append(value)
            value = shift = 0
    if shift:
        raise Malformed(f"{what} ends inside a number")
    return numbers


def _check_varint(value: int, last: int, shift: int, what: str) -> None:
    if value > U64_MAX or (last == 0 and shift):
        raise Malformed(f"{what} has a number that is too long")


def _zigzag(number: int) -> int:
    return (number >> 1) ^ -(number & 1)


def _packs(members: Members) -> list[bytes]:
    what = f"{members.what}: packs"
    return [check_bytes(pack, 16, what) for pack in members.list("packs")]


def _extents(entries: list[Any], packs: list[bytes], raw_max: int, what: str) -> tuple[Extent, ...]:
    return tuple(_extent(entry, packs, raw_max, f"{what}: an extent") for entry in entries)


def _extent(entry: Any, packs: list[bytes], raw_max: int, what: str) -> Extent:
    pack, offset, stored, raw, codec, extent_hash = check_list(entry, 6, what)
    extent = Extent(
        pack=packs[check_integer(pack, 0, len(packs) - 1, f"{what}: its pack")],
        offset=check_integer(offset, 0, _PACK_MAX, f"{what}: its offset"),
        stored=check_integer(stored, 0, _PACK_MAX, f"{what}: its stored bytes"),
        raw=check_integer(raw, 0, raw_max, f"{what}: its decoded bytes"),
        codec=check_integer(codec, CODEC_NONE, CODEC_ZSTD, f"{what}: its codec"),
        hash=check_bytes(extent_hash, 32, f"{what}: its hash"),
    )
    if extent.codec == CODEC_NONE and extent.stored != extent.raw:
        raise Malformed(f"{what} is stored as is, and yet of two lengths")
    return extent


def _source(members: Members, packs: list[bytes]) -> Source:
    source = Source(
        name=members.text("name"),
        kind=members.text("kind"),
        system=members.optional_text("system"),
        agency=members.optional_text("agency"),
        taken_at=members.optional_text("taken_at"),
        sequence=members.optional_integer("sequence", 0, U64_MAX),
        tier=members.optional_integer("tier", 0, _TIER_MAX),
        files=members.integer("files", 0, U32_MAX),
        rows=members.integer("rows", 0, U64_MAX),
        size=members.integer("bytes", 0, U64_MAX),
        extents=_extents(members.list("extents"), packs, MANIFEST_EXTENT_MAX, members.what),
    )
    members.close()
    if source.kind not in _SOURCE_KINDS:
        raise Malformed(f"{members.what} is of unknown kind {source.kind}")
    if "/" in source.name or not _is_safe(source.name):
        raise Malformed(f"{members.what} has a name that cannot be a folder's")
    return source


def _file(members: Members, extents: tuple[Extent, ...]) -> File:
    path = members.text("path")
    if not _is_safe(path):
        raise Malformed(f"{members.what} has a path that leaves its folder")
    what = f"{members.what} {path}"
    file = File(
        path=path,
        size=members.integer("bytes", 0, U64_MAX),
        blake3=members.binary("blake3", 32),
        executable=members.boolean("executable"),
        table=members.optional_text("table"),
        segments=parse_recipe(members.binary("recipe"), extents, f"{what}: its recipe"),
        parts=tuple(_part(Members(part, f"{what}: a part")) for part in members.list("parts")),
    )
    members.close()
    if sum(segment.length for segment in file.segments) != file.size:
        raise Malformed(f"{what} has a recipe of another length")
    _check_parts(file, what)
    return file


def _part(members: Members) -> Part:
    part = Part(
        first=check_texts(members.take("first"), f"{members.what}: first"),
        last=check_texts(members.take("last"), f"{members.what}: last"),
        rows=members.integer("rows", 0, U64_MAX),
        offset=members.integer("offset", 0, U64_MAX),
        size=members.integer("bytes", 0, U64_MAX),
    )
    members.close()
    return part


def _check_parts(file: File, what: str) -> None:
    end = 0
    for part in file.parts:
        if part.offset < end:
            raise Malformed(f"{what} has parts out of order")
        end = part.offset + part.size
    if end > file.size:
        raise Malformed(f"{what} has a part beyond its end")


def _is_safe(path: str) -> bool:
    """Whether the path is relative and stays below the folder it is resolved in."""
    return "\0" not in path and all(name not in ("", ".", "..") for name in path.split("/"))


def _check_paths(paths: list[str], what: str) -> None:
    """Refuses a path given twice, and a file that would have to be a folder too."""
    files = set(paths)
    folders = {"/".join(names[:i]) for names in (path.split("/") for path in paths) for i in range(1, len(names))}
    if len(files) != len(paths) or files & folders:
        raise Malformed(f"{what} gives one path twice")
