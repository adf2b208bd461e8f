"""Shamir's sharing over GF(2⁸) with polynomial 0x11d, byte by byte."""

_POLYNOMIAL = 0x11D


def multiply(a: int, b: int) -> int:
    """The product of two elements."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a <<= 1
        if a & 0x100:
            a ^= _POLYNOMIAL
        b >>= 1
    return product


def inverse(a: int) -> int:
    """The inverse of a non-zero element: a to the power of 254."""
    power = 1
    for _ in range(254):
        power = multiply(power, a)
    return power


def interpolate(shares: dict[int, bytes], x: int = 0) -> bytes:
    """The value at `x` of the polynomials through the shares, which are keyed by their x."""
    value = bytes(len(next(iter(shares.values()))))
    for at, share in shares.items():
        weight = _lagrange(at, [other for other in shares if other != at], x)
        value = bytes(v ^ multiply(weight, s) for v, s in zip(value, share, strict=True))
    return value


def _lagrange(at: int, others: list[int], x: int) -> int:
    weight = 1
    for other in others:
        weight = multiply(weight, multiply(x ^ other, inverse(at ^ other)))
    return weight
