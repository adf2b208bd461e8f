"""Writes a restore point's files, all or nothing."""

import hashlib
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from blake3 import blake3

from .errors import Malformed, Refused
from .manifests import File, Source, SourceManifest
from .vault import Vault


def restore(vault: Vault, to: Path, only: str | None) -> dict[str, dict[str, str]]:
    """Restores sources below `to`, a folder each; gives the SHA-256 of every file by source and path."""
    sources = _choose(vault, only)
    restored = {}
    with _all_or_nothing(to) as staging:
        for source in sources:
            manifest = vault.source(source)
            folder = staging / source.name
            folder.mkdir()
            restored[source.name] = {
                file.path: _write(vault, manifest, file, folder / file.path) for file in manifest.files
            }
    return restored


def _choose(vault: Vault, only: str | None) -> list[Source]:
    sources = [source for source in vault.root.sources if only in (None, source.name)]
    if only is not None and not sources:
        known = ", ".join(source.name for source in vault.root.sources)
        raise Refused(f"there is no source {only}; there are: {known}")
    return sources


@contextmanager
def _all_or_nothing(to: Path) -> Iterator[Path]:
    """A folder beside `to` that takes its place in the end, or vanishes."""
    if to.exists() and (not to.is_dir() or any(to.iterdir())):
        raise Refused(f"{to} is there already, and is not an empty folder")
    to = to.absolute()
    staging = Path(tempfile.mkdtemp(prefix=f".{to.name}.", dir=to.parent))
    try:
        yield staging
        staging.chmod(0o755)
        staging.replace(to)
    finally:
        shutil.rmtree(staging, ignore_errors=True)


def _write(vault: Vault, manifest: SourceManifest, file: File, path: Path) -> str:
    """Writes one file and gives its SHA-256; refuses bytes that are not what was backed up."""
    path.parent.mkdir(parents=True, exist_ok=True)
    digest, sha256 = blake3(), hashlib.sha256()
    with path.open("xb") as out:
        for segment in file.segments:
            raw = vault.extents.read(manifest.extents[segment.extent])
            piece = raw[segment.offset : segment.offset + segment.length]
            digest.update(piece)
            sha256.update(piece)
            out.write(piece)
    if digest.digest() != file.blake3:
        raise Malformed(f"{file.path} is not what was backed up")
    if file.executable:
        path.chmod(0o755)
    return sha256.hexdigest()
