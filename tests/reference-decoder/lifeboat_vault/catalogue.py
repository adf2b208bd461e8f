"""The catalogue of a run (§6): where every pack lies and what every fragment must be."""

from dataclasses import dataclass

from .errors import Malformed
from .merkle import tree_hash
from .primitives import TAG_BYTES, hkdf, open_sealed, sha256, u8, u32
from .strict import check_bytes, check_integer, check_list, parse_cbor

PACK_CLASSES = (65_536, 1_048_576, 8_388_608, 33_554_432)
_PIECE_BYTES = 8_388_608
_PADDING = 65_536 - TAG_BYTES
_HASH_BYTES = 32


@dataclass(frozen=True)
class CataloguedPack:
    """One pack: the epoch whose key opens it, its length and its fragments' hashes."""

    pack: bytes
    epoch: bytes
    length: int
    fragment_hashes: tuple[bytes, ...]


@dataclass(frozen=True)
class Catalogue:
    """The hash of every epoch's payload, and every pack, in order."""

    epochs: dict[bytes, bytes]
    packs: dict[bytes, CataloguedPack]

    @staticmethod
    def parse(content: bytes, clouds: int) -> "Catalogue":
        """Reads the catalogue's content, padding included."""
        if len(content) % _PADDING:
            raise Malformed("the catalogue is not padded")
        members = parse_cbor(content, "the catalogue", padded=True)
        members.format("lifeboat-vault-catalogue/1")
        epochs = [_parse_epoch(entry) for entry in members.list("epochs")]
        identifiers = [epoch for epoch, _ in epochs]
        packs = [_parse_pack(entry, identifiers, clouds) for entry in members.list("packs")]
        members.close()
        catalogue = Catalogue(dict(epochs), {pack.pack: pack for pack in packs})
        if len(catalogue.epochs) != len(epochs) or len(catalogue.packs) != len(packs):
            raise Malformed("the catalogue names an epoch or a pack twice")
        return catalogue

    def fragments_root(self) -> bytes:
        """The Merkle tree hash over all fragments."""
        leaves = [
            pack.pack + u8(cloud) + fragment_hash
            for pack in self.packs.values()
            for cloud, fragment_hash in enumerate(pack.fragment_hashes, start=1)
        ]
        return tree_hash(leaves)


def fragment_length(pack_length: int, need: int) -> int:
    """The least multiple of 64 that holds a `need`-th of the pack."""
    return -(-pack_length // (need * 64)) * 64


class CatalogueKey:
    """Opens the sealed pieces of one run's catalogue."""

    def __init__(self, repository_key: bytes, repository: bytes, run: bytes) -> None:
        self._key = hkdf(repository_key, run, b"lifeboat vault catalogue/1" + repository)
        self._run = run

    def open(self, piece: int, sealed: bytes) -> bytes:
        """The content of one piece."""
        if len(sealed) > _PIECE_BYTES:
            raise Malformed(f"piece {piece} of the catalogue is too long")
        nonce = bytes(8) + u32(piece)
        associated = b"lifeboat vault catalogue/1" + self._run + u32(piece)
        return open_sealed(self._key, nonce, sealed, associated, f"piece {piece} of the catalogue")


def check_pieces(sealed: list[bytes], expected_hash: bytes) -> None:
    """Refuses pieces that are not cut or hashed as the head says."""
    if any(len(piece) != _PIECE_BYTES for piece in sealed[:-1]):
        raise Malformed("a piece of the catalogue is short")
    if sha256(*sealed) != expected_hash:
        raise Malformed("the catalogue is not the one that the head names")


def _parse_epoch(entry: object) -> tuple[bytes, bytes]:
    epoch, payload_hash = check_list(entry, 2, "an epoch of the catalogue")
    return check_bytes(epoch, 16, "an epoch's id"), check_bytes(payload_hash, 32, "an epoch's hash")


def _parse_pack(entry: object, epochs: list[bytes], clouds: int) -> CataloguedPack:
    what = "a pack of the catalogue"
    pack, epoch, size, hashes = check_list(entry, 4, what)
    joined = check_bytes(hashes, clouds * _HASH_BYTES, f"{what}: its hashes")
    length = PACK_CLASSES[check_integer(size, 0, len(PACK_CLASSES) - 1, f"{what}: its class")]
    return CataloguedPack(
        pack=check_bytes(pack, 16, f"{what}: its id"),
        epoch=epochs[check_integer(epoch, 0, len(epochs) - 1, f"{what}: its epoch")],
        length=length,
        fragment_hashes=tuple(joined[start : start + _HASH_BYTES] for start in range(0, len(joined), _HASH_BYTES)),
    )
