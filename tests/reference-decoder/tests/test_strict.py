"""Strict reading of JSON, CBOR and recipes."""

import unittest
from typing import Any

import cbor2

from lifeboat_vault.errors import Malformed
from lifeboat_vault.manifests import Extent, Segment, parse_recipe
from lifeboat_vault.strict import Members, parse_cbor, parse_json
from tests.builder import recipe, varint, zigzag


class Json(unittest.TestCase):
    def test_bad_documents_are_malformed(self) -> None:
        for text in (
            b"",
            b"[]",
            b"\xff",
            b"\xef\xbb\xbf{}",
            b'{"a":1,"a":1}',
            b'{"b":{"a":1,"a":2}}',
            b'{"a":1.5}',
            b'{"a":1e3}',
            b'{"a":NaN}',
            b"{} x",
            b"[" * 100_000,
        ):
            with self.assertRaises(Malformed, msg=text[:40]):
                parse_json(text, "it")

    def test_members_left_over_are_refused(self) -> None:
        members = parse_json(b'{"a":1,"b":2}', "it")
        members.integer("a", 0, 9)
        with self.assertRaisesRegex(Malformed, "unknown members: b"):
            members.close()

    def test_members_of_a_wrong_form_are_refused(self) -> None:
        cases: list[tuple[str, tuple[Any, ...], list[Any]]] = [
            ("integer", (1, 5), [0, 6, "1", True, None, 1.0]),
            ("hex", (2,), ["ABCD", "abc", "abcde0", 1, None]),
            ("base64", (2,), ["YWI", "YWJj", "YWJ=", "YWI=\n", "Y W I=", 1, None]),
            ("uuid", (), ["00112233445566778899aabbccddeeff", "00112233-4455-6677-8899-AABBCCDDEEFF", 1]),
            ("time", (), ["2026-01-02T03:04:05", "2026-01-02T03:04:05+08:00", "2026-13-02T03:04:05Z", 1]),
            ("boolean", (), [0, 1, "true", None]),
            ("text", (), [1, None, b"x"]),
            ("list", (), [{}, "ab", None]),
            ("binary", (2,), [b"abc", "ab", None]),
        ]
        for method, arguments, values in cases:
            for value in values:
                with self.assertRaises(Malformed, msg=f"{method} {value!r}"):
                    getattr(Members({"a": value}, "it"), method)("a", *arguments)

    def test_absence_is_not_null(self) -> None:
        self.assertIsNone(Members({"a": None}, "it").optional_text("a"))
        with self.assertRaises(Malformed):
            Members({}, "it").optional_text("a")


class Cbor(unittest.TestCase):
    def test_bad_documents_are_malformed(self) -> None:
        for text in (
            "",
            "80",
            "a161",
            "a2616101616102",
            "a201020304",
            "c0a0",
            "a16161c24105",
            "bf616105ff",
            "a161611805",
        ):
            with self.assertRaises(Malformed, msg=text):
                parse_cbor(bytes.fromhex(text), "it")

    def test_only_zeros_may_follow_and_only_where_padded(self) -> None:
        data = cbor2.dumps({"a": 1})
        self.assertEqual(parse_cbor(data + bytes(9), "it", padded=True).integer("a", 1, 1), 1)
        for padded, rest in ((False, b"\0"), (True, b"\0\1"), (True, b"\1")):
            with self.assertRaises(Malformed):
                parse_cbor(data + rest, "it", padded=padded)


class Recipes(unittest.TestCase):
    EXTENTS = tuple(Extent(bytes(16), 0, 300, 300, 0, bytes([i])) for i in range(3))

    def test_recipes_come_back(self) -> None:
        for segments in (
            [],
            [(0, 0, 300)],
            [(0, 10, 20), (0, 30, 5), (0, 5, 5), (2, 7, 9), (1, 299, 1)],
            [(2, 0, 300), (2, 0, 300), (0, 0, 1)],
            [(0, 0, 100), (1, 0, 7), (0, 110, 100), (1, 7, 9), (0, 215, 85), (1, 2, 3)],
        ):
            parsed = parse_recipe(recipe(segments), self.EXTENTS, "it")
            self.assertEqual(parsed, tuple(Segment(*segment) for segment in segments))

    def test_the_example_of_rust_reads_the_same(self) -> None:
        segments = parse_recipe(bytes([0, 0, 5, 4, 2, 1, 3, 10, 1, 4, 0, 1]), self.EXTENTS, "it")
        self.assertEqual([(s.extent, s.offset, s.length) for s in segments], [(0, 0, 5), (2, 1, 1), (0, 10, 1), (2, 2, 1)])

    def test_recipes_that_lead_nowhere_are_malformed(self) -> None:
        number = [varint(zigzag(value)) for value in (-1, 0, 3)]
        for bad in (
            number[0] + number[1] + varint(1),
            number[2] + number[1] + varint(1),
            number[1] + number[0] + varint(1),
            number[1] + number[1] + varint(301),
            number[1] + number[1],
            number[1] + number[1] + b"\x80",
            number[1] + number[1] + b"\x81\x00",
            number[1] + number[1] + b"\xff" * 10 + b"\x01",
        ):
            with self.assertRaises(Malformed, msg=bad.hex()):
                parse_recipe(bad, self.EXTENTS, "it")
