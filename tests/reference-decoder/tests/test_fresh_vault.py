"""Vaults that today's Lifeboat makes, if the environment variable LIFEBOAT names the program."""

import itertools
import os
import random
import subprocess
from pathlib import Path
from typing import ClassVar
from unittest import skipUnless

from tests.test_vault import FIRST, SECOND, VaultCase, flip

LIFEBOAT = os.environ.get("LIFEBOAT", "")


@skipUnless(LIFEBOAT, "LIFEBOAT does not name the program")
class FreshVault(VaultCase):
    BIG: ClassVar = {"big": {"blob": random.Random(9).randbytes(12_000_000)}}

    def test_two_of_three_after_two_runs(self) -> None:
        clouds = self._make(need=2, clouds=3, threshold=2, custodians=3)
        self._run_backup(FIRST)
        self._run_backup(SECOND)
        self.assertEqual(self.restored(clouds), SECOND)
        self.assertEqual(self.errors, "")
        for left in itertools.combinations(clouds, 2):
            self.assertEqual(self.restored(list(left)), SECOND)

    def test_three_of_five_and_large_packs(self) -> None:
        clouds = self._make(need=3, clouds=5, threshold=3, custodians=5)
        self._run_backup(self.BIG)
        for left in itertools.combinations(clouds, 3):
            self.assertEqual(self.restored(list(left), shares=self.shares[2:]), self.BIG)

    def test_a_flipped_byte_in_any_object_of_a_cloud(self) -> None:
        clouds = self._make(need=2, clouds=3, threshold=2, custodians=3)
        self._run_backup(FIRST)
        for path in sorted(path for path in clouds[0].rglob("*") if path.is_file()):
            flip(path)
            self.assertEqual(self.restored(clouds), FIRST)
            _, found = self.run_command("inspect", clouds, shares=self.shares)
            self.assertEqual(found["damaged_clouds"], [1], path)
            flip(path)

    def _make(self, need: int, clouds: int, threshold: int, custodians: int) -> list[Path]:
        """A ceremony and an empty vault; gives the clouds' folders."""
        ceremony = self.folder / "ceremony"
        counts = ["--custodians", str(custodians), "--threshold", str(threshold)]
        self._lifeboat("keys", "ceremony", *counts, "--out", str(ceremony))
        self.shares = [ceremony / f"custodian-{i}.share" for i in range(1, custodians + 1)]
        folders = [self.folder / f"cloud-{i}" for i in range(1, clouds + 1)]
        options: list[str] = []
        for folder in folders:
            folder.mkdir()
            options += ["--cloud", folder.as_uri()]
        master = ["--need", str(need), "--master", str(ceremony / "master.pub")]
        self._lifeboat("backup", "init", "--vault", "vault.toml", *master, *options)
        return folders

    def _run_backup(self, sources: dict[str, dict[str, bytes]]) -> None:
        """One run over folders with these files."""
        for source, files in sources.items():
            for name, content in files.items():
                path = self.folder / "sources" / source / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content)
        folders = [str(self.folder / "sources" / source) for source in sources]
        self._lifeboat("backup", "run", "--vault", "vault.toml", *folders)

    def _lifeboat(self, *arguments: str) -> None:
        subprocess.run([LIFEBOAT, *arguments], cwd=self.folder, check=True, capture_output=True)
