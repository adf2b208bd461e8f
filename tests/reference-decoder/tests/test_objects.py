"""Every member of every object: needed, alone, and refused in another form without any accident."""

import contextlib
import copy
import itertools
import json
import tempfile
import unittest
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import cbor2

from lifeboat_vault.catalogue import Catalogue
from lifeboat_vault.custodians import CustodianShare, MasterPublic
from lifeboat_vault.errors import Malformed
from lifeboat_vault.manifests import parse_root, parse_source
from lifeboat_vault.objects import Descriptor, Epoch, Head, Keyring
from lifeboat_vault.strict import Members
from tests.builder import Ceremony, MiniVault, pad

ODD_VALUES: list[Any] = [None, True, -1, 0, 7, 2**70, "", "x", b"", b"x", [], [[]], [1, 2, 3, 4, 5, 6], {}, {"a": 1}]

Parse = Callable[[Any], Any]


def cases(folder: Path) -> dict[str, tuple[dict[str, Any], Parse]]:
    """A valid example of every object, and what reads it."""
    ceremony = Ceremony.hold(2, 3)
    share = json.loads(ceremony.write_shares(folder)[0].read_text())
    vault = MiniVault(folder, ceremony)
    vault.backup({"s": {"a.csv": b"id\n1\n2\n"}})
    source = parse_root(cbor2.dumps(vault.written["root"])).sources[0]
    readers: dict[str, Parse] = {
        "repository": lambda value: Descriptor.parse(Members(value, "it")),
        "keyring": lambda value: Keyring.parse(Members(value, "it")),
        "epoch": lambda value: Epoch.parse(Members(value, "it"), 3),
        "head": lambda value: Head.parse(Members(value, "it")),
        "root": lambda value: parse_root(cbor2.dumps(value)),
        "source": lambda value: parse_source(cbor2.dumps(value), source),
        "catalogue": lambda value: Catalogue.parse(pad(cbor2.dumps(value), 65_520), 3),
    }
    found = {kind: (vault.written[kind], parse) for kind, parse in readers.items()}
    found["master.pub"] = (ceremony.master_pub(), lambda value: MasterPublic.parse(Members(value, "it")))
    found["share"] = (share, lambda value: CustodianShare.parse(json.dumps(value).encode(), "it"))
    return found


def maps(value: Any) -> Iterator[dict[str, Any]]:
    """Every map inside `value`, itself included."""
    if isinstance(value, dict):
        yield value
        for member in value.values():
            yield from maps(member)
    elif isinstance(value, list):
        for item in value:
            yield from maps(item)


class Objects(unittest.TestCase):
    def setUp(self) -> None:
        self._temporary = tempfile.TemporaryDirectory()
        self.addCleanup(self._temporary.cleanup)
        self.cases = cases(Path(self._temporary.name))

    def test_examples_are_accepted(self) -> None:
        for value, parse in self.cases.values():
            parse(value)

    def test_a_member_more_or_less_is_malformed(self) -> None:
        for kind, (value, parse) in self.cases.items():
            for position in range(len(list(maps(value)))):
                changed = copy.deepcopy(value)
                list(maps(changed))[position]["more"] = 1
                with self.assertRaises(Malformed, msg=kind):
                    parse(changed)
            for name in {name for found in maps(value) for name in found}:
                changed = copy.deepcopy(value)
                for found in maps(changed):
                    found.pop(name, None)
                with self.assertRaises(Malformed, msg=f"{kind} without {name}"):
                    parse(changed)

    def test_odd_values_cause_no_accident(self) -> None:
        for kind, (value, parse) in self.cases.items():
            for position, found in enumerate(maps(value)):
                for name, odd in itertools.product(found, ODD_VALUES):
                    if kind == "share" and isinstance(odd, bytes):
                        continue
                    changed = copy.deepcopy(value)
                    list(maps(changed))[position][name] = odd
                    with contextlib.suppress(Malformed):
                        parse(changed)
