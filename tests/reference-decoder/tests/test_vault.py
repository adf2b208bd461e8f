"""Whole vaults of the miniature writer: restored while enough is left, refused without a trace otherwise."""

import base64
import hashlib
import io
import itertools
import json
import random
import shutil
import tempfile
import unittest
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any
from uuid import uuid4

from lifeboat_vault.cli import main
from tests.builder import CREATED, Ceremony, MiniVault


def people(rows: int, changed: int | None = None) -> bytes:
    """A table of invented people."""
    lines = [b"id,name\n"]
    lines += [b"%06d,%s%d\n" % (i, b"new" if i == changed else b"name", i * 7919) for i in range(rows)]
    return b"".join(lines)


FIRST = {
    "registry": {
        "people.csv": people(9000),
        "docs/deep/run.sh": b"#!/bin/sh\n",
        "empty": b"",
        "random": random.Random(5).randbytes(150_000),
    },
    "papers": {"\u6236\u7c4d.txt": "\u738b\u5c0f\u660e".encode()},
}
SECOND = FIRST | {"registry": FIRST["registry"] | {"people.csv": people(9000, changed=77)}}


def flip(path: Path, at: int = -1) -> None:
    """Flips one bit of a byte."""
    data = bytearray(path.read_bytes())
    data[at] ^= 1
    path.write_bytes(data)


class VaultCase(unittest.TestCase):
    """A folder, and the decoder's commands run on what lies there."""

    def setUp(self) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.folder = Path(self._temporary.name)
        self.errors = ""

    def make(self, threshold: int = 2, custodians: int = 3, **options: Any) -> MiniVault:
        """A new vault without restore points."""
        ceremony = Ceremony.hold(threshold, custodians)
        self.shares = ceremony.write_shares(self.folder)
        for cloud in self.folder.glob("cloud-*"):
            shutil.rmtree(cloud)
        return MiniVault(self.folder, ceremony, **options)

    def made(self, **options: Any) -> MiniVault:
        """A vault of two runs."""
        vault = self.make(**options)
        vault.backup(FIRST)
        vault.backup(SECOND)
        return vault

    def run_command(self, command: str, clouds: list[Path], *more: str, shares: list[Path]) -> tuple[int, Any]:
        """Runs a command; gives its exit status and what it printed."""
        out, errors = io.StringIO(), io.StringIO()
        arguments = [command, "--cloud", *map(str, clouds), *more]
        if shares:
            arguments += ["--custodian", *map(str, shares)]
        with redirect_stdout(out), redirect_stderr(errors):
            status = main(arguments)
        self.errors = errors.getvalue()
        return status, json.loads(out.getvalue()) if out.getvalue() else None

    def restored(self, clouds: list[Path], *more: str, shares: list[Path] | None = None) -> dict[str, dict[str, bytes]]:
        """The files that a restore writes, by source and path."""
        to = self.folder / "to"
        shutil.rmtree(to, ignore_errors=True)
        given = self.shares[:2] if shares is None else shares
        status, result = self.run_command("restore", clouds, "--to", str(to), *more, shares=given)
        self.assertEqual(status, 0, self.errors)
        files: dict[str, dict[str, bytes]] = {source: {} for source in result["sha256"]}
        for path in (path for path in to.rglob("*") if path.is_file()):
            source, _, name = path.relative_to(to).as_posix().partition("/")
            files[source][name] = path.read_bytes()
            self.assertEqual(result["sha256"][source][name], hashlib.sha256(files[source][name]).hexdigest())
        return files

    def assert_refused(self, clouds: list[Path], *more: str, saying: str, shares: list[Path] | None = None) -> None:
        """A restore that says why it refuses, and writes nothing."""
        before = sorted(self.folder.iterdir())
        given = self.shares[:2] if shares is None else shares
        to = str(self.folder / "to")
        status, _ = self.run_command("restore", clouds, "--to", to, *more, shares=given)
        self.assertEqual(status, 1)
        self.assertRegex(self.errors, saying)
        self.assertEqual(sorted(self.folder.iterdir()), before)


class Restores(VaultCase):
    def test_two_of_three_with_any_cloud_missing(self) -> None:
        clouds = self.made().all_clouds()
        self.assertEqual(self.restored(clouds), SECOND)
        self.assertEqual(self.errors, "")
        for missing in range(3):
            left = [cloud for i, cloud in enumerate(clouds) if i != missing]
            self.assertEqual(self.restored(left), SECOND)
            self.assertIn(f"cloud {missing + 1} is damaged: it is missing", self.errors)

    def test_three_of_five_with_any_two_clouds_missing(self) -> None:
        clouds = self.made(need=3, clouds=5, threshold=3, custodians=5).all_clouds()
        for left in itertools.combinations(clouds, 3):
            self.assertEqual(self.restored(list(left), shares=self.shares[2:]), SECOND)

    def test_any_custodians_that_are_enough(self) -> None:
        clouds = self.made().all_clouds()
        for shares in itertools.combinations(self.shares, 2):
            self.assertEqual(self.restored(clouds, shares=list(shares)), SECOND)

    def test_one_source_alone(self) -> None:
        clouds = self.made().all_clouds()
        self.assertEqual(self.restored(clouds, "--source", "papers"), {"papers": SECOND["papers"]})

    def test_packs_of_several_frames(self) -> None:
        vault = self.make(pack_class=2)
        vault.backup(FIRST)
        self.assertEqual(self.restored(vault.all_clouds()[1:]), FIRST)

    def test_executables_stay_executable(self) -> None:
        self.restored(self.made().all_clouds())
        registry = self.folder / "to" / "registry"
        self.assertTrue((registry / "docs/deep/run.sh").stat().st_mode & 0o100)
        self.assertFalse((registry / "people.csv").stat().st_mode & 0o100)

    def test_a_flipped_byte_in_any_object_of_a_cloud_is_survived_and_named(self) -> None:
        vault = self.make()
        vault.backup(SECOND)
        for path in sorted(path for path in vault.cloud(2).rglob("*") if path.is_file()):
            for at in (0, -1):
                flip(path, at)
                self.assertEqual(self.restored(vault.all_clouds()), SECOND, path)
                status, found = self.run_command("inspect", vault.all_clouds(), shares=self.shares)
                self.assertEqual((status, found["damaged_clouds"]), (0, [2]), path)
                flip(path, at)

    def test_truncated_objects_are_survived(self) -> None:
        vault = self.made()
        for path in sorted(path for path in vault.cloud(1).rglob("*") if path.is_file()):
            path.write_bytes(path.read_bytes()[:-1])
        self.assertEqual(self.restored(vault.all_clouds()), SECOND)
        self.assertIn("cloud 1 is damaged", self.errors)

    def test_fragments_swapped_within_a_cloud_are_survived(self) -> None:
        vault = self.made()
        first, second, *_ = sorted(path for path in vault.cloud(1).rglob("f/*/*"))
        data = first.read_bytes()
        first.write_bytes(second.read_bytes())
        second.write_bytes(data)
        self.assertEqual(self.restored(vault.all_clouds()), SECOND)
        self.assertIn("cloud 1 is damaged", self.errors)

    def test_a_cloud_that_is_behind_is_named(self) -> None:
        vault = self.made()
        vault.path(3, vault.head_names(2)[2]).unlink()
        self.assertEqual(self.restored(vault.all_clouds()), SECOND)
        self.assertIn("cloud 3 is damaged: it is behind", self.errors)

    def test_an_object_under_another_name_is_named(self) -> None:
        vault = self.made()
        head = vault.path(3, vault.head_names(2)[2])
        head.rename(head.with_name(head.name[:-1] + ("0" if head.name[-1] != "0" else "1")))
        self.assertEqual(self.restored(vault.all_clouds()), SECOND)
        self.assertIn("cloud 3 is damaged: h/0000000002-", self.errors)

    def test_an_expired_head_is_restored_with_a_warning(self) -> None:
        vault = self.make(expires=CREATED)
        vault.backup(FIRST)
        self.assertEqual(self.restored(vault.all_clouds()), FIRST)
        self.assertIn("warning: the newest restore point expired", self.errors)

    def test_bad_custodian_files_beside_enough_good_ones_are_named(self) -> None:
        vault = self.made()
        corrupt = json.loads(self.shares[0].read_text())
        corrupt["share"] = "00" * 32
        self.shares[0].write_text(json.dumps(corrupt))
        self.assertEqual(self.restored(vault.all_clouds(), shares=self.shares), SECOND)
        self.assertIn("custodian-1.share is corrupt", self.errors)

    def test_a_strangers_repository_on_one_cloud_changes_nothing(self) -> None:
        vault = self.made()
        stranger = MiniVault(self.folder / "other", Ceremony.hold(1, 1))
        shutil.copytree(stranger.cloud(1), vault.cloud(1), dirs_exist_ok=True)
        self.assertEqual(self.restored(vault.all_clouds()), SECOND)


class Refuses(VaultCase):
    def test_too_few_clouds(self) -> None:
        vault = self.made()
        self.assert_refused(vault.all_clouds()[:1], saying="too few clouds")
        pin = ["--repository", vault.fingerprint.hex()]
        self.assert_refused(vault.all_clouds()[:1], *pin, saying="2 clouds must give their share")

    def test_one_cloud_lost_and_one_tampering_and_names_both(self) -> None:
        vault = self.made()
        for path in vault.cloud(2).rglob("f/*/*"):
            flip(path)
        self.assert_refused(vault.all_clouds()[1:], saying="cloud 1 .* missing\ncloud 2 .* corrupt\n(.*\n)*refused")

    def test_too_few_custodians(self) -> None:
        self.assert_refused(self.made().all_clouds(), shares=self.shares[:1], saying="2 custodians are needed, 1 gave")

    def test_one_custodian_twice(self) -> None:
        clouds = self.made().all_clouds()
        self.assert_refused(clouds, shares=self.shares[:1] * 2, saying="2 custodians are needed, 1 gave")

    def test_custodians_of_another_ceremony(self) -> None:
        vault = self.made()
        foreign = self.folder / "foreign"
        foreign.mkdir()
        shares = Ceremony.hold(2, 3).write_shares(foreign)
        self.assert_refused(vault.all_clouds(), shares=shares, saying="custodian-1.share is foreign")

    def test_a_target_that_is_in_use(self) -> None:
        vault = self.made()
        (self.folder / "to").mkdir()
        (self.folder / "to" / "file").touch()
        self.assert_refused(vault.all_clouds(), saying="not an empty folder")

    def test_a_source_that_is_not_there(self) -> None:
        clouds = self.made().all_clouds()
        self.assert_refused(clouds, "--source", "x", saying="no source x; there are: registry, papers")

    def test_an_erased_generation(self) -> None:
        vault = self.made()
        for cloud in vault.all_clouds():
            for path in cloud.rglob("k/*"):
                path.unlink()
        self.assert_refused(vault.all_clouds(), saying="it is erased")

    def test_another_repository_than_the_one_pinned(self) -> None:
        clouds = self.made().all_clouds()
        self.assert_refused(clouds, "--repository", "0" * 64, saying="no cloud holds the repository")

    def test_two_repositories_without_a_pin(self) -> None:
        vault = self.made()
        other = MiniVault(self.folder / "other", vault.ceremony)
        self.assert_refused(vault.all_clouds() + other.all_clouds(), saying="several repositories")

    def test_one_cloud_in_two_folders(self) -> None:
        vault = self.made()
        shutil.copytree(vault.cloud(1), self.folder / "copy")
        self.assert_refused([*vault.all_clouds(), self.folder / "copy"], saying="claim to be the same cloud")

    def test_a_forked_head(self) -> None:
        vault = self.made()
        fork = self._payload(vault, 2) | {"created": "2026-01-02T03:04:06Z"}
        names = [name[:-1] + "f" if name[-1] != "f" else name[:-1] + "e" for name in vault.head_names(2)]
        vault.put_signed("head", fork, names)
        self.assert_refused(vault.all_clouds(), saying="two valid heads 2")

    def test_a_broken_chain(self) -> None:
        vault = self.made()
        self._replace_head(vault, {"previous": "00" * 32})
        self.assert_refused(vault.all_clouds(), saying="head 2 does not follow head 1")

    def test_a_gap_in_the_chain(self) -> None:
        vault = self.made()
        vault.backup(FIRST)
        for cloud, name in enumerate(vault.head_names(2), start=1):
            vault.path(cloud, name).unlink()
        self.assertEqual(self.restored(vault.all_clouds()), FIRST)
        self.assertIn("warning: no cloud holds head 2", self.errors)

    def test_a_rollback_that_a_witness_saw(self) -> None:
        vault = self.made()
        witness = f"2:{(vault.previous or b'').hex()}"
        self.assertEqual(self.restored(vault.all_clouds(), "--witness", witness), SECOND)
        shutil.rmtree(self.folder / "to")
        self.assert_refused(vault.all_clouds(), "--witness", "2:" + "0" * 64, saying="is not the one")
        for cloud, name in enumerate(vault.head_names(2), start=1):
            vault.path(cloud, name).unlink()
        self.assert_refused(vault.all_clouds(), "--witness", witness, saying="and 2 was witnessed")

    def test_heads_that_are_signed_and_yet_wrong(self) -> None:
        for change in (
            {"more": 1},
            {"format": "lifeboat-vault-head/2"},
            {"repository": str(uuid4())},
            {"sequence": 0},
            {"sequence": 2.0},
            {"previous": None},
            {"catalogue": {"pieces": 1, "hash": "00" * 32, "more": 1}},
        ):
            vault = self.made()
            self._replace_head(vault, change)
            self.assertEqual(self.restored(vault.all_clouds()), FIRST, change)
            self.assertIn("cloud 1 is damaged", self.errors)

    def test_heads_whose_promises_do_not_hold(self) -> None:
        for change, saying in (
            ({"fragments_root": "00" * 32}, "are not the ones that the head names"),
            ({"catalogue": {"pieces": 1, "hash": "00" * 32}}, "catalogue is not the one"),
            ({"need": 3, "clouds": 4}, "disagree on the clouds"),
            ({"run": str(uuid4())}, "no cloud holds piece 0"),
            ({"epoch_hash": "00" * 32}, "different epochs"),
            ({"generation": 2}, "it is erased"),
        ):
            vault = self.made()
            self._replace_head(vault, change)
            self.assert_refused(vault.all_clouds(), saying=saying)

    def test_a_signature_alone_is_not_enough(self) -> None:
        for member in ("ed25519", "ml_dsa_65"):
            vault = self.made()
            for cloud, name in enumerate(vault.head_names(2), start=1):
                path = vault.path(cloud, name)
                other = json.loads(vault.path(cloud, vault.head_names(1)[cloud - 1]).read_text())
                envelope = json.loads(path.read_text())
                path.write_text(json.dumps(envelope | {member: other[member]}))
            self.assertEqual(self.restored(vault.all_clouds()), FIRST)
            self.assertIn("a signature does not hold", self.errors)

    def test_paths_that_lead_out(self) -> None:
        for path in ("../out", "/out", "a/../../out", "a//b", "./a", "", "a\0b"):
            vault = self.make()
            vault.backup({"s": {path: b"x"}})
            self.assert_refused(vault.all_clouds(), saying="leaves its folder")

    def test_paths_that_collide(self) -> None:
        vault = self.make()
        vault.backup({"s": {"a": b"x", "a/b": b"y"}})
        self.assert_refused(vault.all_clouds(), saying="one path twice")

    def test_sources_that_are_not_folders(self) -> None:
        for name in ("..", "a/b", ""):
            vault = self.make()
            vault.backup({name: {"a": b"x"}})
            self.assert_refused(vault.all_clouds(), saying="cannot be a folder's")

    def _payload(self, vault: MiniVault, sequence: int) -> dict[str, Any]:
        envelope = json.loads(vault.path(1, vault.head_names(sequence)[0]).read_text())
        payload: dict[str, Any] = json.loads(base64.b64decode(envelope["payload"]))
        return payload

    def _replace_head(self, vault: MiniVault, change: dict[str, Any]) -> None:
        vault.put_signed("head", self._payload(vault, 2) | change, vault.head_names(2))
