"""Strict reading of JSON objects and CBOR maps: every member known, present once, of its form."""

import base64
import binascii
import io
import json
import re
from collections.abc import Callable
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import cbor2

from .errors import Malformed

T = TypeVar("T")

U32_MAX = 2**32 - 1
U64_MAX = 2**64 - 1

_HEX = re.compile(r"[0-9a-f]*")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
_CBOR_DEPTH = 16


def parse_json(data: bytes, what: str) -> "Members":
    """The members of the JSON object in `data`."""
    try:
        value = json.loads(
            data.decode("utf-8"),
            object_pairs_hook=lambda pairs: _object(pairs, what),
            parse_float=lambda text: _reject_number(text, what),
            parse_constant=lambda text: _reject_number(text, what),
        )
    except (ValueError, RecursionError) as error:
        raise Malformed(f"{what} is not JSON") from error
    return Members(value, what)


def parse_cbor(data: bytes, what: str, padded: bool = False) -> "Members":
    """The members of the CBOR map that `data` is; zeros may follow if `padded`."""
    value, rest = _decode_cbor(data, what)
    if rest and not (padded and rest.count(0) == len(rest)):
        raise Malformed(f"{what} is followed by something else")
    return Members(value, what)


def _decode_cbor(data: bytes, what: str) -> tuple[Any, bytes]:
    """The first item and what follows it; only the preferred serialization is taken."""
    stream = io.BytesIO(data)
    try:
        decoder = cbor2.CBORDecoder(
            stream, max_depth=_CBOR_DEPTH, allow_duplicate_keys=False, strict_hashable_types=True, read_size=1
        )
        value = decoder.decode()
        preferred = cbor2.dumps(value)
    except (cbor2.CBORError, ValueError) as error:
        raise Malformed(f"{what} is not CBOR of the format: {error}") from error
    if not data.startswith(preferred):
        raise Malformed(f"{what} is not in CBOR's preferred serialization")
    return value, data[len(preferred) :]


def _reject_number(text: str, what: str) -> Any:
    raise Malformed(f"{what} holds the number {text}")


def _object(pairs: list[tuple[str, Any]], what: str) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise Malformed(f"{what} has a duplicate member")
    return members


def decode_hex(text: Any, length: int, what: str) -> bytes:
    """The `length` bytes that lower-case hex stands for."""
    if not isinstance(text, str) or len(text) != 2 * length or not _HEX.fullmatch(text):
        raise Malformed(f"{what} is not {length} bytes in lower-case hex")
    return bytes.fromhex(text)


def decode_base64(text: Any, length: int | None, what: str) -> bytes:
    """The bytes that canonical, padded base64 stands for."""
    try:
        data = base64.b64decode(text, validate=True)
    except (TypeError, ValueError, binascii.Error) as error:
        raise Malformed(f"{what} is not base64") from error
    if base64.b64encode(data).decode() != text:
        raise Malformed(f"{what} is not canonical base64")
    if length is not None and len(data) != length:
        raise Malformed(f"{what} has {len(data)} bytes instead of {length}")
    return data


class Members:
    """The members of one object, each taken exactly once; `close` refuses what is left."""

    def __init__(self, value: Any, what: str) -> None:
        if not isinstance(value, dict) or not all(isinstance(name, str) for name in value):
            raise Malformed(f"{what} is not an object")
        self._left = dict(value)
        self.what = what

    def take(self, name: str) -> Any:
        """The member's value, whatever it is."""
        if name not in self._left:
            raise Malformed(f"{self.what} lacks {name}")
        return self._left.pop(name)

    def close(self) -> None:
        """Refuses members that nobody took."""
        if self._left:
            raise Malformed(f"{self.what} has unknown members: {', '.join(sorted(self._left))}")

    def format(self, expected: str) -> None:
        """Refuses any `format` but `expected`."""
        if self.take("format") != expected:
            raise Malformed(f"{self.what} is not of format {expected}")

    def text(self, name: str) -> str:
        """A text."""
        return self._of_type(name, str)

    def optional_text(self, name: str) -> str | None:
        """A text or null."""
        return self._optional(name, self.text)

    def boolean(self, name: str) -> bool:
        """True or false."""
        return self._of_type(name, bool)

    def binary(self, name: str, length: int | None = None) -> bytes:
        """A CBOR byte string."""
        return check_bytes(self.take(name), length, f"{self.what}: {name}")

    def integer(self, name: str, low: int, high: int) -> int:
        """An integer between `low` and `high`, both included."""
        return check_integer(self.take(name), low, high, f"{self.what}: {name}")

    def optional_integer(self, name: str, low: int, high: int) -> int | None:
        """Such an integer, or null."""
        return self._optional(name, lambda member: self.integer(member, low, high))

    def hex(self, name: str, length: int) -> bytes:
        """Bytes in lower-case hex."""
        return decode_hex(self.take(name), length, f"{self.what}: {name}")

    def optional_hex(self, name: str, length: int) -> bytes | None:
        """Bytes in lower-case hex, or null."""
        return self._optional(name, lambda member: self.hex(member, length))

    def hex_list(self, name: str, count: int, length: int) -> list[bytes]:
        """`count` byte strings in hex."""
        items = self.list(name)
        if len(items) != count:
            raise Malformed(f"{self.what}: {name} has {len(items)} entries instead of {count}")
        return [decode_hex(item, length, f"{self.what}: {name}") for item in items]

    def base64(self, name: str, length: int | None = None) -> bytes:
        """Bytes in base64."""
        return decode_base64(self.take(name), length, f"{self.what}: {name}")

    def uuid(self, name: str) -> bytes:
        """The 16 bytes of a UUID in hyphenated lower-case form."""
        text = self.text(name)
        if not _UUID.fullmatch(text):
            raise Malformed(f"{self.what}: {name} is not a UUID")
        return UUID(text).bytes

    def time(self, name: str) -> datetime:
        """An RFC 3339 time in UTC."""
        text = self.text(name)
        try:
            if not _TIME.fullmatch(text):
                raise ValueError(text)
            return datetime.fromisoformat(text)
        except ValueError as error:
            raise Malformed(f"{self.what}: {name} is not a time in UTC") from error

    def list(self, name: str) -> list[Any]:
        """A list."""
        return self._of_type(name, list)

    def members(self, name: str) -> "Members":
        """A nested object."""
        return Members(self.take(name), f"{self.what}: {name}")

    def _of_type(self, name: str, kind: type[T]) -> T:
        value = self.take(name)
        if not isinstance(value, kind):
            raise Malformed(f"{self.what}: {name} is not a {kind.__name__}")
        return value

    def _optional(self, name: str, read: Callable[[str], T]) -> T | None:
        if self._left.get(name, self) is None:
            del self._left[name]
            return None
        return read(name)


def check_integer(value: Any, low: int, high: int, what: str) -> int:
    """`value` if it is an integer between `low` and `high`."""
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Malformed(f"{what} is not a number from {low} to {high}")
    return value


def check_bytes(value: Any, length: int | None, what: str) -> bytes:
    """`value` if it is a byte string, of `length` if one is given."""
    if not isinstance(value, bytes) or (length is not None and len(value) != length):
        raise Malformed(f"{what} is not a byte string of the right length")
    return value


def check_list(value: Any, length: int | None, what: str) -> list[Any]:
    """`value` if it is a list, of `length` if one is given."""
    if not isinstance(value, list) or (length is not None and len(value) != length):
        raise Malformed(f"{what} is not a list of the right length")
    return value


def check_texts(value: Any, what: str) -> tuple[str, ...]:
    """`value` if it is a list of texts."""
    items = check_list(value, None, what)
    if not all(isinstance(item, str) for item in items):
        raise Malformed(f"{what} is not a list of texts")
    return tuple(items)
