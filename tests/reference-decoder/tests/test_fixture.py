"""Vaults that Lifeboat made when a format was new: they must open for ever."""

import io
import json
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

from lifeboat_vault.cli import main

VAULT = Path(__file__).parents[1] / "fixtures" / "vault-1"


class OldVault(unittest.TestCase):
    def test_it_restores_whole(self) -> None:
        self._assert_restored([1, 2, 3], [1, 2])

    def test_it_restores_without_any_one_cloud(self) -> None:
        for clouds in ([1, 2], [1, 3], [2, 3]):
            self._assert_restored(clouds, [2, 3])

    def _assert_restored(self, clouds: list[int], custodians: list[int]) -> None:
        expected = json.loads((VAULT / "expected.json").read_text())
        arguments = ["--cloud", *(str(VAULT / f"cloud-{i}") for i in clouds)]
        arguments += ["--custodian", *(str(VAULT / f"custodian-{i}.share") for i in custodians)]
        out, errors = io.StringIO(), io.StringIO()
        with tempfile.TemporaryDirectory() as folder, redirect_stdout(out), redirect_stderr(errors):
            status = main(["restore", *arguments, "--witness", expected["witness"], "--to", f"{folder}/to"])
        self.assertEqual(status, 0, errors.getvalue())
        self.assertEqual(json.loads(out.getvalue())["sha256"], expected["sha256"])
        missing = {line[:7] for line in errors.getvalue().splitlines() if line.startswith("cloud")}
        self.assertEqual(missing, {f"cloud {i}" for i in range(1, 4) if i not in clouds})
