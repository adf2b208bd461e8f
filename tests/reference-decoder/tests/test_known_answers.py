"""What Lifeboat's own tests keep as known answers of the format, read by this decoder."""

import base64
import json
import tempfile
import unittest
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from lifeboat_vault.primitives import keyed_blake3
from lifeboat_vault.vault import Repository, Vault

# Its restore point expires on 23 November 2026.
BEFORE_IT_EXPIRES = datetime(2026, 11, 16, tzinfo=UTC)

KNOWN = Path(__file__).parents[3] / "shared/vault/tests/fixtures/format-1.json"


class KnownAnswers(unittest.TestCase):
    def setUp(self) -> None:
        temporary = tempfile.TemporaryDirectory()
        self.addCleanup(temporary.cleanup)
        self.folder = Path(temporary.name)
        self.known = json.loads(KNOWN.read_text())
        catalogue = base64.b64decode(self.known["catalogue"])
        for number, cloud in enumerate(self.known["clouds"]):
            for name, text in cloud["objects"].items():
                self._put(f"cloud-{number}/{name}", text.encode())
            self._put(f"cloud-{number}/{cloud['catalogue']}", catalogue)
        for number, share in enumerate(self.known["shares"]):
            self._put(f"share-{number}", share.encode())
        for name in ("session.key", "contribution"):
            self._put(name, self.known[name].encode())
        self.repository = Repository(sorted(self.folder.glob("cloud-*")), None, None, BEFORE_IT_EXPIRES)

    def _put(self, name: str, data: bytes) -> None:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)

    def test_fingerprints(self) -> None:
        self.assertEqual(self.repository.found.fingerprint.hex(), self.known["repository_fingerprint"])
        self.assertEqual(self.repository.descriptor.master.fingerprint.hex(), self.known["master_fingerprint"])
        self.assertEqual(self.repository.report.lines(), [])

    def test_keys_names_and_hashes(self) -> None:
        vault = Vault(self.repository, [self.folder / "share-0", self.folder / "share-2"])
        epoch = UUID(self.known["epoch"]).bytes
        pack = next(iter(vault.catalogue.packs))
        self.assertEqual(vault.epoch_key(epoch, vault.catalogue.epochs[epoch]).hex(), self.known["epoch_key"])
        self.assertEqual(vault.catalogue.fragments_root().hex(), self.known["fragments_root"])
        self.assertEqual(keyed_blake3(vault.content_key(), b"abc").hex(), self.known["content_hash_of_abc"])
        for number, cloud in enumerate(self.known["clouds"], start=1):
            _, _, name = cloud["fragment_of_pack_1"].partition("/")
            self.assertEqual(vault.names[number].fragment(pack), name)
        self.assertEqual(self.repository.report.lines(), [])

    def test_a_contribution_stands_for_its_share(self) -> None:
        files = [self.folder / "share-0", self.folder / "contribution"]
        vault = Vault(self.repository, files, self.folder / "session.key")
        self.assertEqual(len(vault.catalogue.packs), 3)
        self.assertEqual(self.repository.report.lines(), [])
