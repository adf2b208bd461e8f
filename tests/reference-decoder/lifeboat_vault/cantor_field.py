"""GF(2¹⁶) as the erasure code writes it: bit i of an element stands for the i-th basis element."""

from functools import cache

ORDER = 1 << 16

_POLYNOMIAL = 0x1002D
_CANTOR_BASIS = (
    0x0001, 0xACCA, 0x3C0E, 0x163E, 0xC582, 0xED2E, 0x914C, 0x4012,
    0x6C98, 0x10D8, 0x6A72, 0xB900, 0xFDB8, 0xFB34, 0xFF38, 0x991E,
)  # fmt: skip


def multiply(a: int, b: int) -> int:
    """The product of two elements."""
    to_polynomial, from_polynomial = _tables()
    return from_polynomial[_multiply_polynomials(to_polynomial[a], to_polynomial[b])]


def inverse(a: int) -> int:
    """The inverse of a non-zero element: a to the power of 2¹⁶ − 2."""
    power, result = a, 1
    for _ in range(15):
        power = multiply(power, power)
        result = multiply(result, power)
    return result


def _multiply_polynomials(a: int, b: int) -> int:
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & ORDER:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


@cache
def _tables() -> tuple[list[int], list[int]]:
    """Every element as a polynomial, and every polynomial as an element."""
    to_polynomial = [0]
    for element in _CANTOR_BASIS:
        to_polynomial += [polynomial ^ element for polynomial in to_polynomial]
    from_polynomial = [0] * ORDER
    for element, polynomial in enumerate(to_polynomial):
        from_polynomial[polynomial] = element
    return to_polynomial, from_polynomial
