"""Shamir's sharing, the erasure code and the Merkle tree."""

import hashlib
import itertools
import random
import unittest

from lifeboat_vault import cantor_field, erasure, merkle, shamir
from tests.builder import share_secret


class Shamir(unittest.TestCase):
    def test_the_field_is_the_one_of_the_format(self) -> None:
        self.assertEqual(shamir.multiply(0x80, 2), 0x1D)
        self.assertTrue(all(shamir.multiply(a, shamir.inverse(a)) == 1 for a in range(1, 256)))

    def test_any_threshold_of_shares_gives_the_secret(self) -> None:
        secret = bytes(range(32))
        shares = dict(enumerate(share_secret(secret, 3, 5), start=1))
        for chosen in itertools.combinations(shares, 3):
            self.assertEqual(shamir.interpolate({x: shares[x] for x in chosen}), secret)

    def test_fewer_shares_give_something_else(self) -> None:
        shares = dict(enumerate(share_secret(bytes(32), 3, 5), start=1))
        self.assertNotEqual(shamir.interpolate({1: shares[1], 2: shares[2]}), bytes(32))


class Field(unittest.TestCase):
    def test_it_is_a_field(self) -> None:
        draw = random.Random(1)
        for _ in range(200):
            a, b, c = (draw.randrange(1, cantor_field.ORDER) for _ in range(3))
            self.assertEqual(cantor_field.multiply(a, cantor_field.inverse(a)), 1)
            left = cantor_field.multiply(a, b ^ c)
            self.assertEqual(left, cantor_field.multiply(a, b) ^ cantor_field.multiply(a, c))

    def test_the_basis_is_cantors(self) -> None:
        """Every basis element plus its square is the one before."""
        for i in range(1, 16):
            element = 1 << i
            self.assertEqual(cantor_field.multiply(element, element) ^ element, 1 << (i - 1))


class Erasure(unittest.TestCase):
    def test_coefficients_are_those_of_the_format(self) -> None:
        expected = {
            (2, 1): [[1, 1]],
            (2, 2): [[3, 2], [2, 3]],
            (2, 3): [[3, 2], [2, 3], [5, 4]],
            (3, 2): [[3, 2, 5], [2, 3, 4]],
            (3, 3): [[0xC, 0xF, 0xA], [0xF, 0xC, 8], [0xA, 8, 0xC]],
            (4, 2): [[3, 2, 5, 4], [2, 3, 4, 5]],
            (5, 1): [[1, 1, 1, 1, 1]],
        }
        for (data, parity), rows in expected.items():
            self.assertEqual(erasure.parity_rows(data, parity), rows)

    def test_elements_are_multiplied_one_by_one(self) -> None:
        fragment = random.Random(2).randbytes(128)
        product = erasure.combine([0x1234], [fragment])
        for block, j in itertools.product((0, 64), range(32)):
            element, result = (data[block + j] | data[block + 32 + j] << 8 for data in (fragment, product))
            self.assertEqual(result, cantor_field.multiply(0x1234, element))

    def test_any_k_fragments_give_the_data(self) -> None:
        for data, parity in ((2, 1), (2, 2), (3, 2), (2, 3), (4, 3), (5, 3)):
            fragments = self._encode(data, parity)
            for chosen in itertools.combinations(range(data + parity), data):
                got = erasure.recover({i: fragments[i] for i in chosen}, data, parity)
                self.assertEqual(got, fragments[:data], (data, parity, chosen))

    def test_every_size_survives_the_loss_of_its_first_fragments(self) -> None:
        for total in range(3, 17):
            for data in range(2, total):
                fragments = self._encode(data, total - data)
                kept = {i: fragments[i] for i in range(total - data, total)}
                self.assertEqual(erasure.recover(kept, data, total - data), fragments[:data])

    @staticmethod
    def _encode(data: int, parity: int) -> list[bytes]:
        draw = random.Random(data * 100 + parity)
        fragments = [draw.randbytes(128) for _ in range(data)]
        rows = erasure.parity_rows(data, parity)
        return fragments + [erasure.combine(row, fragments) for row in rows]


class Merkle(unittest.TestCase):
    def test_the_tree_splits_as_the_rfc_says(self) -> None:
        """The recursive definition: the left side is the largest power of two below the count."""
        for count in range(1, 40):
            leaves = [bytes([i]) for i in range(count)]
            self.assertEqual(merkle.tree_hash(leaves), self._recursive(leaves))

    def test_no_leaves_hash_to_the_hash_of_nothing(self) -> None:
        self.assertEqual(merkle.tree_hash([]), hashlib.sha256().digest())

    def _recursive(self, leaves: list[bytes]) -> bytes:
        if len(leaves) == 1:
            return hashlib.sha256(b"\0" + leaves[0]).digest()
        split = 1 << ((len(leaves) - 1).bit_length() - 1)
        return hashlib.sha256(b"\1" + self._recursive(leaves[:split]) + self._recursive(leaves[split:])).digest()
