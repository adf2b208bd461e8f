"""The systematic Reed–Solomon code of packs, decoded by solving its linear equations."""

from functools import cache

from .cantor_field import inverse, multiply

BLOCK_BYTES = 64
_HALF = BLOCK_BYTES // 2

Matrix = list[list[int]]


@cache
def parity_rows(data: int, parity: int) -> Matrix:
    """Coefficients of every parity fragment over the data fragments."""
    data_block = _next_power_of_two(data)
    parity_block = _next_power_of_two(parity)
    if data_block > parity_block or (data_block == parity_block and data <= parity):
        return [[_lagrange(parity_block + i, parity_block, j) for i in range(data)] for j in range(parity)]
    return [[_lagrange(i, data_block, data_block + j) for i in range(data)] for j in range(parity)]


def recover(fragments: dict[int, bytes], data: int, parity: int) -> list[bytes]:
    """All data fragments from any `data` fragments, keyed by their number from 0."""
    chosen = sorted(fragments)[:data]
    missing = [i for i in range(data) if i not in chosen]
    if not missing:
        return [fragments[i] for i in range(data)]
    weights = _invert([_row(number, data, parity) for number in chosen])
    given = [fragments[number] for number in chosen]
    restored = {i: combine(weights[i], given) for i in missing}
    return [restored[i] if i in restored else fragments[i] for i in range(data)]


def combine(coefficients: list[int], fragments: list[bytes]) -> bytes:
    """The sum of coefficient × fragment, element by element."""
    length = len(fragments[0])
    low_sum = high_sum = 0
    for coefficient, fragment in zip(coefficients, fragments, strict=True):
        low, high = _split(fragment)
        low_low, low_high, high_low, high_high = _byte_tables(coefficient)
        low_sum ^= _number(low.translate(low_low)) ^ _number(high.translate(high_low))
        high_sum ^= _number(low.translate(low_high)) ^ _number(high.translate(high_high))
    return _join(low_sum.to_bytes(length // 2, "big"), high_sum.to_bytes(length // 2, "big"))


def _lagrange(at: int, block: int, x: int) -> int:
    """The value at `x` of the polynomial that is 1 at `at` and 0 elsewhere in its aligned block."""
    start = at - at % block
    numerator = denominator = 1
    for point in range(start, start + block):
        if point != at:
            numerator = multiply(numerator, x ^ point)
            denominator = multiply(denominator, at ^ point)
    return multiply(numerator, inverse(denominator))


def _row(number: int, data: int, parity: int) -> list[int]:
    if number >= data:
        return list(parity_rows(data, parity)[number - data])
    return [int(i == number) for i in range(data)]


def _invert(matrix: Matrix) -> Matrix:
    """Gauss–Jordan elimination; any choice of fragments gives an invertible matrix."""
    size = len(matrix)
    rows = [row + [int(i == j) for j in range(size)] for i, row in enumerate(matrix)]
    for column in range(size):
        pivot = next(i for i in range(column, size) if rows[i][column])
        rows[column], rows[pivot] = rows[pivot], rows[column]
        scale = inverse(rows[column][column])
        rows[column] = [multiply(scale, value) for value in rows[column]]
        for i in range(size):
            factor = rows[i][column]
            if i != column and factor:
                rows[i] = [a ^ multiply(factor, b) for a, b in zip(rows[i], rows[column])]
    return [row[size:] for row in rows]


@cache
def _byte_tables(coefficient: int) -> tuple[bytes, bytes, bytes, bytes]:
    """What a low byte adds to the product's low and high byte, then what a high byte adds."""
    low = [multiply(coefficient, byte) for byte in range(256)]
    high = [multiply(coefficient, byte << 8) for byte in range(256)]
    return (
        bytes(product & 0xFF for product in low),
        bytes(product >> 8 for product in low),
        bytes(product & 0xFF for product in high),
        bytes(product >> 8 for product in high),
    )


def _split(fragment: bytes) -> tuple[bytes, bytes]:
    """The low bytes of all elements, and their high bytes."""
    starts = range(0, len(fragment), BLOCK_BYTES)
    low = b"".join(fragment[start : start + _HALF] for start in starts)
    high = b"".join(fragment[start + _HALF : start + BLOCK_BYTES] for start in starts)
    return low, high


def _join(low: bytes, high: bytes) -> bytes:
    starts = range(0, len(low), _HALF)
    return b"".join(low[start : start + _HALF] + high[start : start + _HALF] for start in starts)


def _number(data: bytes) -> int:
    return int.from_bytes(data, "big")


def _next_power_of_two(count: int) -> int:
    return 1 << (count - 1).bit_length()
