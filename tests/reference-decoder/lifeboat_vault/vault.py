"""Opens a vault from cloud folders and custodians' files."""

from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from .catalogue import Catalogue, CataloguedPack, CatalogueKey, check_pieces
from .chain import Witness, newest, report_behind
from .clouds import Folder, Names, find_folders
from .custodians import recover_master_key
from .errors import Malformed, Refused
from .manifests import RootManifest, Source, SourceManifest, parse_location, parse_root, parse_source
from .objects import Head, Keyring
from .packs import ExtentReader, Fragments, open_pack
from .primitives import ZERO_NONCE, hkdf, open_sealed, u32
from .report import Report
from .shamir import interpolate
from .signed import Found, Signed, SignedReader, find_descriptor
from .xwing import XWingPrivateKey


class Repository:
    """What can be known of a vault without any custodian."""

    def __init__(
        self, roots: list[Path], pinned: bytes | None, witness: Witness | None, now: datetime | None = None
    ) -> None:
        """`now` is the time at which it is asked whether restore points have expired; that of the machine when not said."""
        self.report = Report()
        found = find_folders(roots)
        self.found: Found = find_descriptor(found, pinned)
        self.descriptor = self.found.descriptor
        self.folders = self._number(found)
        self.signed = SignedReader(self.descriptor, self.folders, self.report)
        self.keyrings = self.signed.keyrings()
        self.heads = self.signed.heads()
        self.head = newest(self.heads, witness, now or datetime.now(UTC), self.report)
        report_behind(self.heads, list(self.folders), self.report)
        if (self.head.need, self.head.clouds) != (self.descriptor.need, self.descriptor.clouds):
            raise Refused("the head and the descriptor disagree on the clouds")

    def _number(self, found: list[Folder]) -> dict[int, Folder]:
        """Folders by cloud; a cloud that is not among them is reported."""
        by_id = {folder.cloud_id: folder for folder in found}
        folders = {}
        for cloud, cloud_id in enumerate(self.descriptor.cloud_ids, start=1):
            if cloud_id not in by_id:
                self.report.damaged(cloud, "it is missing")
                continue
            folders[cloud] = by_id[cloud_id]
            if cloud not in self.found.names:
                self.report.damaged(cloud, "its descriptor is missing or bad")
        return folders


class Vault:
    """A vault that t custodians and k clouds have opened."""

    def __init__(self, repository: Repository, custodian_files: list[Path], session_file: Path | None = None) -> None:
        self._repository = repository
        self._descriptor = repository.descriptor
        self._report = repository.report
        self.head: Head = repository.head
        self._generation_key, self._repository_key = self._open_keyring(custodian_files, session_file)
        self.names = {
            cloud: Names(self._repository_key, self._descriptor.repository, cloud) for cloud in repository.folders
        }
        self._check_names()
        self._epoch_keys: dict[bytes, bytes] = {}
        self._sealed_pieces, self.catalogue = self._read_catalogue()
        self.fragments = Fragments(
            repository.folders, self.names, self._descriptor.need, self._descriptor.clouds, self._report
        )
        self.extents = ExtentReader(self.catalogue, self._open_pack, self.content_key())

    @cached_property
    def root(self) -> RootManifest:
        """What the newest restore point holds."""
        key = hkdf(
            self.epoch_key(self.head.epoch, self.head.epoch_hash),
            self.head.run,
            b"lifeboat vault root/1" + self._descriptor.repository,
        )
        location = open_sealed(key, ZERO_NONCE, self.head.root, self.head.run, "the head's root")
        return parse_root(self.extents.join(parse_location(location)))

    def source(self, source: Source) -> SourceManifest:
        """The manifest of one source."""
        return parse_source(self.extents.join(source.extents), source)

    def check_clouds(self) -> None:
        """Reads everything the restore point needs on every cloud; what is bad is reported."""
        for epoch, payload_hash in self.catalogue.epochs.items():
            self.epoch_key(epoch, payload_hash)
        for cloud, folder in self._repository.folders.items():
            for piece, sealed in enumerate(self._sealed_pieces):
                if folder.read(self._piece_name(cloud, piece)) != sealed:
                    self._report.damaged(cloud, f"piece {piece} of the catalogue is missing or bad")
            for pack in self.catalogue.packs.values():
                self.fragments.good(pack, cloud)

    def _open_keyring(self, files: list[Path], session_file: Path | None) -> tuple[XWingPrivateKey, bytes]:
        signed: Signed[Keyring] | None = self._repository.keyrings.get(self.head.generation)
        if signed is None:
            raise Refused(f"no cloud holds the keyring of generation {self.head.generation}: it is erased")
        if signed.value.master != self._descriptor.master.fingerprint:
            raise Refused("the keyring is sealed to another master key")
        master_key = recover_master_key(files, session_file, self._descriptor.master, self._report)
        return signed.value.open(master_key)

    def _check_names(self) -> None:
        """Reports objects that lie where another one belongs."""
        repository = self._repository
        for cloud, name in repository.found.names.items():
            self._check_name(cloud, name, self.names[cloud].descriptor())
        for generation, keyring in repository.keyrings.items():
            for cloud, name in keyring.places:
                self._check_name(cloud, name, self.names[cloud].keyring(generation))
        for sequence, head in repository.heads.items():
            for cloud, name in head.places:
                self._check_name(cloud, name, self.names[cloud].head(sequence))

    def _check_name(self, cloud: int, name: str, expected: str) -> None:
        if name != expected:
            self._report.damaged(cloud, f"{name} should be {expected}")

    def content_key(self) -> bytes:
        """The key under which content is hashed."""
        info = b"lifeboat vault content/1" + u32(self.head.generation)
        return hkdf(self._repository_key, self._descriptor.repository, info)

    def _read_catalogue(self) -> tuple[list[bytes], Catalogue]:
        """The catalogue's pieces as they are stored, and what they hold."""
        pieces = [self._catalogue_piece(piece) for piece in range(self.head.catalogue_pieces)]
        sealed = [sealed for sealed, _ in pieces]
        check_pieces(sealed, self.head.catalogue_hash)
        content = b"".join(opened for _, opened in pieces)
        catalogue = Catalogue.parse(content, self._descriptor.clouds)
        if catalogue.fragments_root() != self.head.fragments_root:
            raise Refused("the catalogue's fragments are not the ones that the head names")
        if catalogue.epochs.get(self.head.epoch, self.head.epoch_hash) != self.head.epoch_hash:
            raise Refused("the catalogue and the head name different epochs")
        return sealed, catalogue

    def _catalogue_piece(self, piece: int) -> tuple[bytes, bytes]:
        """A piece as it is stored and its content, from the first cloud that has it whole."""
        key = CatalogueKey(self._repository_key, self._descriptor.repository, self.head.run)
        for cloud, folder in self._repository.folders.items():
            sealed = folder.read(self._piece_name(cloud, piece))
            try:
                if sealed is not None:
                    return sealed, key.open(piece, sealed)
            except Malformed:
                pass
            self._report.damaged(cloud, f"piece {piece} of the catalogue is missing or bad")
        raise Refused(f"no cloud holds piece {piece} of the catalogue")

    def _piece_name(self, cloud: int, piece: int) -> str:
        return self.names[cloud].catalogue_piece(self.head.run, piece)

    def _open_pack(self, pack: CataloguedPack) -> bytes:
        epoch_key = self.epoch_key(pack.epoch, self.catalogue.epochs[pack.epoch])
        sealed = self.fragments.sealed(pack)
        return open_pack(sealed, epoch_key, self._descriptor.repository, self.head.generation, pack.pack)

    def epoch_key(self, epoch: bytes, payload_hash: bytes) -> bytes:
        """The key of an epoch, from the shares of any clouds that are enough."""
        if epoch not in self._epoch_keys:
            self._epoch_keys[epoch] = self._unwrap_epoch(epoch, payload_hash)
        return self._epoch_keys[epoch]

    def _unwrap_epoch(self, identifier: bytes, payload_hash: bytes) -> bytes:
        shares: dict[int, bytes] = {}
        for cloud in self._repository.folders:
            name = self.names[cloud].epoch(identifier)
            try:
                epoch, shares[cloud] = self._repository.signed.epoch(cloud, name, payload_hash)
            except Malformed as error:
                self._report.damaged(cloud, str(error))
        if len(shares) < self._descriptor.need:
            raise Refused(f"{self._descriptor.need} clouds must give their share of an epoch, {len(shares)} did")
        if (epoch.epoch, epoch.generation) != (identifier, self.head.generation):
            raise Refused("an epoch is not of the generation or name under which it is used")
        chosen = {cloud: shares[cloud] for cloud in sorted(shares)[: self._descriptor.need]}
        return epoch.unwrap(self._generation_key, interpolate(chosen))
